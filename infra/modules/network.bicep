// One network: the apps, Postgres and private endpoints have a subnet each. Only the ingress has a public address.
param name string
param location string
param addressPrefix string

var appsPrefix = cidrSubnet(addressPrefix, 23, 0)

resource vnet 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: name
  location: location
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'apps'
        properties: {
          addressPrefix: appsPrefix
          delegations: [{ name: 'apps', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      {
        name: 'postgres'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 28, 32)
          delegations: [{ name: 'postgres', properties: { serviceName: 'Microsoft.DBforPostgreSQL/flexibleServers' } }]
        }
      }
      { name: 'endpoints', properties: { addressPrefix: cidrSubnet(addressPrefix, 27, 24) } }
    ]
  }
  resource apps 'subnets' existing = { name: 'apps' }
  resource postgres 'subnets' existing = { name: 'postgres' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: '${name}.private.postgres.database.azure.com'
  location: 'global'
  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: vnet.id } }
  }
}

output vnetId string = vnet.id
output appsSubnetId string = vnet::apps.id
output appsPrefix string = appsPrefix
output postgresSubnetId string = vnet::postgres.id
output endpointsSubnetId string = vnet::endpoints.id
output postgresZoneId string = zone.id
