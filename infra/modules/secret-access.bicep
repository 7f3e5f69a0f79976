// One service may read these secrets, and no others of the vault.
import { Identity } from 'types.bicep'

param vaultName string
param secrets string[]
param reader Identity

var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' existing = [for name in secrets: {
  parent: vault
  name: name
}]

resource readers 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in secrets: {
  name: guid(vault.id, name, reader.id, secretsUser)
  scope: secret[i]
  properties: { principalId: reader.principalId, principalType: 'ServicePrincipal', roleDefinitionId: secretsUser }
}]
