// The few secrets that are left: the key of Redis, and the certificate that encrypts the signing keys of Users.
param name string
param location string
@description('Object id of the group that deploys: it makes the certificate, and makes the next one.')
param deployers string

var certificatesOfficer = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'a4417e6f-fecd-4de8-b567-7b0420556985')

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enablePurgeProtection: true
  }
}

resource officers 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, deployers, certificatesOfficer)
  scope: vault
  properties: { principalId: deployers, principalType: 'Group', roleDefinitionId: certificatesOfficer }
}

output name string = vault.name
output uri string = vault.properties.vaultUri
