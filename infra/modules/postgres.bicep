// One server, a database per service; whoever signs in has a token of Entra, nobody a password.
import { Size } from 'types.bicep'

param name string
param location string
param subnetId string
param privateDnsZoneId string
param databases string[]
param size Size
@description('Who administers the server by hand.')
param adminGroup { id: string, name: string }
@description('Owns the tables and makes the roles of the services; no service runs as it.')
param migrator { principalId: string, name: string }

resource server 'Microsoft.DBforPostgreSQL/flexibleServers@2025-08-01' = {
  name: name
  location: location
  sku: { name: size.postgresSku, tier: size.postgresTier }
  properties: {
    version: '17'
    authConfig: { activeDirectoryAuth: 'Enabled', passwordAuth: 'Disabled', tenantId: tenant().tenantId }
    network: {
      delegatedSubnetResourceId: subnetId
      privateDnsZoneArmResourceId: privateDnsZoneId
      publicNetworkAccess: 'Disabled'
    }
    storage: { storageSizeGB: size.postgresStorageGB, autoGrow: 'Enabled' }
    backup: {
      backupRetentionDays: size.postgresBackupDays
      geoRedundantBackup: size.postgresGeoBackup ? 'Enabled' : 'Disabled'
    }
    highAvailability: { mode: size.postgresHighAvailability }
    maintenanceWindow: { customWindow: 'Enabled', dayOfWeek: 2, startHour: 3, startMinute: 0 }
  }
}

// The server takes one change at a time.
@batchSize(1)
resource database 'Microsoft.DBforPostgreSQL/flexibleServers/databases@2025-08-01' = [for database in databases: {
  parent: server
  name: database
}]

resource administrators 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: adminGroup.id
  properties: { principalName: adminGroup.name, principalType: 'Group', tenantId: tenant().tenantId }
  dependsOn: [database]
}

resource migratorAdministrator 'Microsoft.DBforPostgreSQL/flexibleServers/administrators@2025-08-01' = {
  parent: server
  name: migrator.principalId
  properties: { principalName: migrator.name, principalType: 'ServicePrincipal', tenantId: tenant().tenantId }
  dependsOn: [administrators]
}

// Connections of all replicas: 20 each (Maximum Pool Size), see docs/deployment.md, "Scaling".
resource idleTransactions 'Microsoft.DBforPostgreSQL/flexibleServers/configurations@2025-08-01' = {
  parent: server
  name: 'idle_in_transaction_session_timeout'
  properties: { value: '60000', source: 'user-override' }
  dependsOn: [migratorAdministrator]
}

output id string = server.id
output host string = server.properties.fullyQualifiedDomainName
