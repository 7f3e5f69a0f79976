// One service: its image, its settings, when it gets traffic and how many replicas it has.
import { Identity, Service } from 'types.bicep'

param service Service
param location string
param environmentId string
param environmentDomain string
param image string
param registryServer string
param identity Identity
param vaultUri string
param insightsConnection string
@description('Null for a service without a database.')
param connectionString string?
@description('Host and port, for KEDA.')
param redisAddress string
@description('The networks of the ingress and of the apps: what they say of a caller is believed.')
param trustedProxies string
param publicHost string
@description('Part of the name of the new revision; another one with each roll-out.')
param release string
@description('The revision that keeps all traffic until the roll-out moves it. Empty: the new one gets it as soon as it is ready.')
param pinnedRevision string

var port = 8080
var database = service.?database

// What only a deployment knows stands outside: otherwise a snapshot could show none of these.
var settings = union(
  {
    ASPNETCORE_HTTP_PORTS: string(port)
    OTEL_SERVICE_NAME: service.name
    OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY: 'in_memory'
    // Otherwise the runtime opens a socket for debuggers under /tmp.
    DOTNET_EnableDiagnostics: '0'
    Authentication__Issuer: 'https://${publicHost}'
  },
  service.external ? {} : { BehindGateway: 'true' },
  database == null ? {} : { Database__Migrate: 'false' },
  toObject(service.references, name => 'services__${name}__http__0', name => 'http://${name}'),
  service.settings
)
var secrets = concat(
  [{ variable: 'ConnectionStrings__redis', secret: 'redis-connection' }],
  // For KEDA, which looks at the streams.
  empty(service.consumes) ? [] : [{ variable: null, secret: 'redis-password' }],
  service.secrets
)

resource app 'Microsoft.App/containerApps@2025-07-01' = {
  name: service.name
  location: location
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      // Single: a new revision gets the traffic when all its replicas are ready, and the old one goes then. The gateway
      // keeps both until the new one has passed the smoke test.
      activeRevisionsMode: service.external ? 'Multiple' : 'Single'
      maxInactiveRevisions: 5
      ingress: {
        external: service.external
        targetPort: port
        transport: 'http'
        allowInsecure: !service.external
        traffic: empty(pinnedRevision)
          ? [{ latestRevision: true, weight: 100 }]
          : [
              { revisionName: pinnedRevision, weight: 100 }
              { latestRevision: true, weight: 0, label: 'next' }
            ]
      }
      registries: [{ server: registryServer, identity: identity.id }]
      secrets: [for one in secrets: {
        name: one.secret
        keyVaultUrl: '${vaultUri}secrets/${one.secret}'
        identity: identity.id
      }]
    }
    template: {
      revisionSuffix: release
      // The program takes at most 22 s (GracefulShutdown.Limit).
      terminationGracePeriodSeconds: 30
      containers: [
        {
          name: service.name
          image: image
          resources: { cpu: json(service.cpu), memory: service.memory }
          env: concat(
            map(items(settings), setting => { name: setting.key, value: setting.value }),
            map(filter(secrets, one => one.variable != null), one => { name: one.variable!, secretRef: one.secret }),
            database == null ? [] : [{ name: 'ConnectionStrings__${database}', value: connectionString! }],
            service.external ? [{ name: 'AllowedHosts', value: '${publicHost};${service.name}.${environmentDomain};${service.name}---next.${environmentDomain}' }] : [],
            [
              { name: 'AZURE_CLIENT_ID', value: identity.clientId }
              { name: 'APPLICATIONINSIGHTS_CONNECTION_STRING', value: insightsConnection }
              { name: 'TrustedProxies', value: trustedProxies }
            ]
          )
          // Container Apps allow a failureThreshold of 10 at most.
          probes: [
            { type: 'Startup', httpGet: { path: '/health/live', port: port }, periodSeconds: 6, failureThreshold: 10, timeoutSeconds: 2 }
            { type: 'Liveness', httpGet: { path: '/health/live', port: port }, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 3 }
            { type: 'Readiness', httpGet: { path: '/health/ready', port: port }, periodSeconds: 2, failureThreshold: 2, timeoutSeconds: 2 }
          ]
        }
      ]
      scale: {
        minReplicas: service.minReplicas
        maxReplicas: service.maxReplicas
        pollingInterval: 15
        cooldownPeriod: 300
        rules: concat(
          [{ name: 'http', http: { metadata: { concurrentRequests: '50' } } }],
          map(service.consumes, stream => {
            name: 'stream-${stream}'
            custom: {
              type: 'redis-streams'
              metadata: {
                address: redisAddress
                stream: 'shop:${stream}'
                consumerGroup: service.name
                lagCount: '500'
                enableTLS: 'true'
              }
              auth: [{ secretRef: 'redis-password', triggerParameter: 'password' }]
            }
          })
        )
      }
    }
  }
}

output fqdn string = app.properties.configuration.ingress!.fqdn
