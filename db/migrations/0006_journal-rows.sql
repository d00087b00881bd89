CREATE VIEW "public"."run_journal" AS (
  select r.run_id, r.seq - r.count + e.place::int as seq, e.data, r.at
  from (
    select run_id, seq, at, events, json_array_length(events) as count
    from (
      select run_id, seq, at, case when json_typeof(data) = 'array' then data else json_build_array(data) end as events
      from run_events
    ) as lists
  ) as r, json_array_elements(r.events) with ordinality as e(data, place));