import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCli } from '#server/cli/testing/run-cli.ts'
import { readEnvironment } from '#server/read-environment.ts'
import { describe, expect, it } from 'vitest'
import { readDeployment, repository, valuesOf, type Yaml } from './read-deployment.ts'

const files = readDeployment()
const compose = files.get('compose.yaml')![0]!
const services = compose['services'] as Record<string, Yaml>
const kubernetes = [...files].filter(([name]) => name.startsWith('kubernetes/')).flatMap(([, documents]) => documents)
const ofKind = (kind: string): Yaml[] => kubernetes.filter((document) => document['kind'] === kind)
const dockerfile = readFileSync(join(repository, 'Dockerfile'), 'utf8')
const nameOf = (document: Yaml): string => (document['metadata'] as { name: string }).name

/** Settings of ours, and those of programs we start. */
const documented = readFileSync(join(repository, '.env.example'), 'utf8')
const isSetting = (name: string): boolean =>
  new RegExp(`^# ${name}=`, 'm').test(documented) || /^(NODE_ENV|NEXT_TELEMETRY_DISABLED|POSTGRES_[A-Z]+)$/.test(name)

const commands = [
  ...['web', 'worker'].map((name) => services[name]!['command'] as string[]),
  ...ofKind('Deployment').flatMap((deployment) => valuesOf(deployment, 'args') as string[][]),
]

describe('the files in docs/deploy', () => {
  it('start commands and options that exist', async () => {
    expect(commands.length).toBeGreaterThan(4)
    for (const [command, ...options] of commands) {
      const help = await runCli([command!, '--help'], { folder: tmpdir() })
      expect(help.code).toBe(0)
      for (const option of options.filter((each) => each.startsWith('--'))) expect(help.stdout).toContain(option)
    }
    expect(dockerfile).toContain('ENTRYPOINT ["node", "bin/orchestrator.mjs"]')
  }, 120_000)

  it('set only what is a setting', () => {
    const inCompose = Object.values(services).flatMap(({ environment }) => Object.keys(environment as Yaml))
    const inMaps = [...ofKind('ConfigMap'), ...ofKind('Secret')].flatMap(({ data, stringData }) =>
      Object.keys((data ?? stringData) as Yaml),
    )
    const inContainers = valuesOf(kubernetes, 'env').flatMap((list) =>
      (list as { name: string }[]).map(({ name }) => name),
    )
    const inImage = [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) =>
      line!.split(' ').map((pair) => pair.split('=')[0]!),
    )
    const names = [...inCompose, ...inMaps, ...inContainers, ...inImage]
    expect(names.length).toBeGreaterThan(15)
    expect(names.filter((name) => !isSetting(name))).toEqual([])
  })

  it('agree on port, data folder and health with the server', () => {
    const image = Object.fromEntries(
      [...dockerfile.matchAll(/^ENV (.+)$/gm)].flatMap(([, line]) => line!.split(' ').map((pair) => pair.split('='))),
    ) as Record<string, string>
    const { port, host, dataDir } = readEnvironment(image as NodeJS.ProcessEnv)
    expect({ port, host, dataDir }).toEqual({ port: 3000, host: '0.0.0.0', dataDir: '/data' })
    expect(dockerfile).toContain(`EXPOSE ${port}`)
    expect(dockerfile).toContain(`VOLUME ${dataDir}`)
    expect(valuesOf(kubernetes, 'containerPort')).toEqual([port])
    expect(services['web']!['ports']).toEqual([`127.0.0.1:${port}:${port}`])
    for (const mounts of valuesOf(kubernetes, 'mountPath')) expect(mounts).toBe(dataDir)
    for (const name of ['web', 'worker']) expect(services[name]!['volumes']).toEqual([`data:${dataDir}`])

    const probes = valuesOf(kubernetes, 'httpGet') as { path: string; httpHeaders: { name: string; value: string }[] }[]
    const server = readFileSync(join(repository, 'server/http/web-server.ts'), 'utf8')
    expect(probes).toHaveLength(3)
    for (const { path, httpHeaders } of probes) {
      expect(server).toContain(`'${path}'`)
      // Any other name is refused: see server/auth/allowed-hosts.ts.
      expect(httpHeaders).toEqual([{ name: 'Host', value: `localhost:${port}` }])
    }
    expect(JSON.stringify(services['web']!['healthcheck'])).toContain(`http://localhost:${port}${probes[0]!.path}`)
    // Without a name, requests from other machines (and from a container's host) are refused.
    for (const hosts of valuesOf([compose, ...kubernetes], 'ALLOWED_HOSTS'))
      expect(String(hosts)).not.toMatch(/^$|:-}$/)
  })

  it('refer to nothing that is not there', () => {
    const names = (kind: string) => new Set(ofKind(kind).map(nameOf))
    for (const { name } of valuesOf(kubernetes, 'configMapRef') as { name: string }[])
      expect(names('ConfigMap')).toContain(name)
    for (const { name } of valuesOf(kubernetes, 'secretRef') as { name: string }[])
      expect(names('Secret')).toContain(name)
    for (const claim of valuesOf(kubernetes, 'claimName')) expect(names('PersistentVolumeClaim')).toContain(claim)
    for (const { name } of valuesOf(kubernetes, 'scaleTargetRef') as { name: string }[]) {
      expect(names('Deployment')).toContain(name)
    }
    const resources = files.get('kubernetes/kustomization.yaml')![0]!['resources'] as string[]
    for (const file of resources) expect([...files.keys()]).toContain(`kubernetes/${file}`)
    for (const deployment of ofKind('Deployment')) {
      const { selector, template } = deployment['spec'] as {
        selector: { matchLabels: Yaml }
        template: { metadata: { labels: Yaml }; spec: { volumes: { name: string }[] } }
      }
      expect(template.metadata.labels).toEqual(selector.matchLabels)
      const mounted = valuesOf(template, 'volumeMounts').flatMap((list) => list as { name: string }[])
      for (const { name } of mounted) expect(template.spec.volumes.map((volume) => volume.name)).toContain(name)
    }
    const pods = ofKind('Deployment').map((deployment) => (valuesOf(deployment, 'matchLabels')[0] ?? {}) as Yaml)
    for (const service of ofKind('Service')) expect(pods).toContainEqual((service['spec'] as Yaml)['selector'])
    const volumes = Object.keys(compose['volumes'] as Yaml)
    for (const service of Object.values(services)) {
      for (const volume of service['volumes'] as string[]) expect(volumes).toContain(volume.split(':')[0])
      for (const needed of Object.keys((service['depends_on'] ?? {}) as Yaml))
        expect(Object.keys(services)).toContain(needed)
    }
  })

  it('give every object of Kubernetes its version, kind and name', () => {
    const versions: Record<string, string> = {
      Namespace: 'v1',
      Secret: 'v1',
      ConfigMap: 'v1',
      Service: 'v1',
      PersistentVolumeClaim: 'v1',
      Deployment: 'apps/v1',
      PodDisruptionBudget: 'policy/v1',
      HorizontalPodAutoscaler: 'autoscaling/v2',
      Kustomization: 'kustomize.config.k8s.io/v1beta1',
    }
    for (const document of kubernetes) {
      expect(document['apiVersion']).toBe(versions[document['kind'] as string])
      if (document['kind'] !== 'Kustomization') expect(nameOf(document)).toMatch(/^[a-z][a-z0-9-]*$/)
    }
  })
})
