// A command of a service's program, run to its end: migrate, or the first operator.
import { Identity } from 'types.bicep'

param name string
param location string
param environmentId string
param image string
param registryServer string
param identity Identity
param args string[]
param env { name: string, value: string }[]

resource job 'Microsoft.App/jobs@2025-07-01' = {
  name: name
  location: location
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    environmentId: environmentId
    workloadProfileName: 'Consumption'
    configuration: {
      triggerType: 'Manual'
      replicaTimeout: 1800
      replicaRetryLimit: 1
      manualTriggerConfig: { parallelism: 1, replicaCompletionCount: 1 }
      registries: [{ server: registryServer, identity: identity.id }]
    }
    template: {
      containers: [
        {
          name: name
          image: image
          args: args
          resources: { cpu: json('0.5'), memory: '1Gi' }
          env: concat([{ name: 'AZURE_CLIENT_ID', value: identity.clientId }], env)
        }
      ]
    }
  }
}

output name string = job.name
