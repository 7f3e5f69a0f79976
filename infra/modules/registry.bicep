// The images of the services. Nobody has a password for it: identities pull, whoever deploys pushes.
import { Identity } from 'types.bicep'

param name string
param location string
param readers Identity[]

var acrPull = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '7f951dda-4ed3-4680-a7ca-43fe172d538d')

resource registry 'Microsoft.ContainerRegistry/registries@2025-04-01' = {
  name: name
  location: location
  sku: { name: 'Basic' }
  properties: { adminUserEnabled: false, anonymousPullEnabled: false }
}

// Named after who gets the role, so that a service more or less moves no other assignment.
resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for reader in readers: {
  name: guid(registry.id, reader.id, acrPull)
  scope: registry
  properties: { principalId: reader.principalId, principalType: 'ServicePrincipal', roleDefinitionId: acrPull }
}]

output server string = registry.properties.loginServer
