// Transports events, counts rate limits, keeps carts. It may lose all of it: the databases have the truth.
import { Size } from 'types.bicep'

param name string
param location string
param subnetId string
param vnetId string
param vaultName string
param size Size

var port = 10000

resource redis 'Microsoft.Cache/redisEnterprise@2025-07-01' = {
  name: name
  location: location
  sku: { name: size.redisSku }
  properties: {
    minimumTlsVersion: '1.2'
    highAvailability: size.redisHighAvailability ? 'Enabled' : 'Disabled'
    publicNetworkAccess: 'Disabled'
  }
  // One endpoint and one space of keys, as the client expects. A stream that is evicted would have to be sent again, so
  // nothing is evicted. A key, because KEDA's scalers for Redis know no tokens of Entra (kedacore/keda#7888).
  resource database 'databases' = {
    name: 'default'
    properties: {
      clientProtocol: 'Encrypted'
      port: port
      clusteringPolicy: 'NoCluster'
      evictionPolicy: 'NoEviction'
      accessKeysAuthentication: 'Enabled'
      persistence: { aofEnabled: true, aofFrequency: '1s', rdbEnabled: false }
    }
  }
}

resource endpoint 'Microsoft.Network/privateEndpoints@2024-07-01' = {
  name: '${name}-redis'
  location: location
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: 'redis', properties: { privateLinkServiceId: redis.id, groupIds: ['redisEnterprise'] } }
    ]
  }
  resource zoneGroup 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: 'redis', properties: { privateDnsZoneId: zone.id } }] }
  }
}

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.redis.azure.net'
  location: 'global'
  resource link 'virtualNetworkLinks' = {
    name: name
    location: 'global'
    properties: { registrationEnabled: false, virtualNetwork: { id: vnetId } }
  }
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
  resource connection 'secrets' = {
    name: 'redis-connection'
    properties: {
      value: '${redis.properties.hostName}:${port},password=${redis::database.listKeys().primaryKey},ssl=true,abortConnect=false'
    }
  }
  resource password 'secrets' = {
    name: 'redis-password'
    properties: { value: redis::database.listKeys().primaryKey }
  }
}

output id string = redis.id
