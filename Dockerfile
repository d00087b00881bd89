# One image for every process: `web`, `web --web-only` and `worker` are commands of it. See docs/scaling.md.
FROM node:24-slim
WORKDIR /app
ENV NEXT_TELEMETRY_DISABLED=1

# What is installed changes less often than what is built.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

COPY . .
RUN npm run build && mkdir -p /data && chown node:node /data

ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 ORCHESTRATOR_DATA=/data
USER node
VOLUME /data
EXPOSE 3000
# No shell in between: SIGTERM reaches the process, which hands its runs over before it ends.
ENTRYPOINT ["node", "bin/orchestrator.mjs"]
CMD ["web"]
