// The shop in one resource group. deploy.sh runs it three times, each time with one step more: the platform, the jobs
// that migrate, the apps. Whatever is there already stays as it is.
import { Service, Size } from 'modules/types.bicep'

@description('Short name of the stage; part of the name of every resource.')
@minLength(2)
@maxLength(8)
param stage string
param location string = resourceGroup().location
@description('How far to go.')
@allowed(['platform', 'jobs', 'apps'])
param step string
@description('Tag of all images: the commit that was built.')
@minLength(1)
param imageTag string
@description('Part of the names of the new revisions: lower-case letters, digits and hyphens; another one with each roll-out.')
@minLength(1)
@maxLength(24)
param release string
@description('The revision of the gateway that has the traffic now, and keeps it; empty at the first deployment.')
param gatewayRevision string
param services Service[]
param size Size
@description('The name under which the world knows the shop; AllowedHosts and the issuer of tokens follow from it.')
param publicHost string
@description('The group in Entra whose members administer Postgres by hand.')
param postgresAdminGroup { id: string, name: string }
@description('Object id of the group in Entra whose members deploy.')
param deployers string
@description('Who gets the alerts.')
param alertEmail string
@description('A network of its own; at least /20.')
param addressPrefix string = '10.40.0.0/16'

var suffix = take(uniqueString(resourceGroup().id, stage), 8)
var name = 'shop-${stage}'
var vaultName = 'shop-${stage}-${suffix}'
var postgresHost = '${name}-${suffix}.postgres.database.azure.com'
var withDatabase = filter(services, service => service.?database != null)
var withJobs = step != 'platform'

resource identities 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = [for service in services: {
  name: '${name}-${service.name}'
  location: location
}]

resource databaseIdentities 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = [for service in withDatabase: {
  name: '${name}-${service.name}'
}]

resource usersIdentity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: '${name}-users'
}

// Owns the tables and makes the roles of the services; no service runs as it.
resource migrator 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: '${name}-migrator'
  location: location
}

module network 'modules/network.bicep' = {
  params: { name: name, location: location, addressPrefix: addressPrefix }
}

module environment 'modules/environment.bicep' = {
  params: {
    name: name
    location: location
    subnetId: network.outputs.appsSubnetId
    zoneRedundant: size.zoneRedundantApps
  }
}

module registry 'modules/registry.bicep' = {
  params: {
    name: 'shop${stage}${suffix}'
    location: location
    readers: [for i in range(0, length(services) + 1): {
      id: i < length(services) ? identities[i].id : migrator.id
      clientId: i < length(services) ? identities[i].properties.clientId : migrator.properties.clientId
      principalId: i < length(services) ? identities[i].properties.principalId : migrator.properties.principalId
    }]
  }
}

module postgres 'modules/postgres.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    subnetId: network.outputs.postgresSubnetId
    privateDnsZoneId: network.outputs.postgresZoneId
    databases: [for service in withDatabase: service.database!]
    size: size
    adminGroup: postgresAdminGroup
    migrator: { principalId: migrator.properties.principalId, name: migrator.name }
  }
}

module vault 'modules/vault.bicep' = {
  params: { name: vaultName, location: location, deployers: deployers }
}

module redis 'modules/redis.bicep' = {
  params: {
    name: '${name}-${suffix}'
    location: location
    subnetId: network.outputs.endpointsSubnetId
    vnetId: network.outputs.vnetId
    vaultName: vaultName
    size: size
  }
  dependsOn: [vault]
}

module alerts 'modules/alerts.bicep' = {
  params: {
    name: name
    location: location
    email: alertEmail
    logsId: environment.outputs.logsId
    insightsId: environment.outputs.insightsId
    postgresId: postgres.outputs.id
    redisId: redis.outputs.id
  }
}

// The secrets of a service, once they exist: deploy.sh makes the certificate after the platform.
module secretAccess 'modules/secret-access.bicep' = [for (service, i) in services: if (withJobs) {
  name: 'secret-access-${service.name}'
  params: {
    vaultName: vaultName
    secrets: concat(
      ['redis-connection'],
      empty(service.consumes) ? [] : ['redis-password'],
      map(service.secrets, secret => secret.secret)
    )
    reader: {
      id: identities[i].id
      clientId: identities[i].properties.clientId
      principalId: identities[i].properties.principalId
    }
  }
  dependsOn: [redis]
}]

module migrations 'modules/job.bicep' = [for (service, i) in withDatabase: if (withJobs) {
  name: 'migrate-${service.name}'
  params: {
    name: '${service.name}-migrate'
    location: location
    environmentId: environment.outputs.id
    image: '${registry.outputs.server}/shop/${service.name}:${imageTag}'
    registryServer: registry.outputs.server
    identity: {
      id: migrator.id
      clientId: migrator.properties.clientId
      principalId: migrator.properties.principalId
    }
    // The role is named after the identity; the job makes it when it is not there yet.
    args: ['migrate', '--grant', '${name}-${service.name}', '--object-id', databaseIdentities[i].properties.principalId]
    env: [
      {
        name: 'ConnectionStrings__${service.database!}'
        // A migration that has to wait for a lock makes everybody behind it wait too: it gives up, and the job tries again.
        value: 'Host=${postgresHost};Database=${service.database!};Username=${migrator.name};SSL Mode=VerifyFull;Options=-c lock_timeout=15s'
      }
    ]
  }
  dependsOn: [postgres, identities]
}]

// Makes the account that is named at its start the first operator.
module firstOperator 'modules/job.bicep' = if (withJobs) {
  name: 'first-operator'
  params: {
    name: 'first-operator'
    location: location
    environmentId: environment.outputs.id
    image: '${registry.outputs.server}/shop/users:${imageTag}'
    registryServer: registry.outputs.server
    identity: {
      id: usersIdentity.id
      clientId: usersIdentity.properties.clientId
      principalId: usersIdentity.properties.principalId
    }
    // deploy.sh adds the e-mail address; without one the command refuses.
    args: ['first-operator']
    env: [
      {
        name: 'ConnectionStrings__usersdb'
        value: 'Host=${postgresHost};Database=usersdb;Username=${name}-users;SSL Mode=VerifyFull'
      }
    ]
  }
  dependsOn: [postgres, identities]
}

module apps 'modules/service.bicep' = [for (service, i) in services: if (step == 'apps') {
  name: 'app-${service.name}'
  params: {
    service: service
    location: location
    environmentId: environment.outputs.id
    environmentDomain: environment.outputs.domain
    image: '${registry.outputs.server}/shop/${service.name}:${imageTag}'
    registryServer: registry.outputs.server
    identity: {
      id: identities[i].id
      clientId: identities[i].properties.clientId
      principalId: identities[i].properties.principalId
    }
    vaultUri: vault.outputs.uri
    insightsConnection: environment.outputs.insightsConnection
    connectionString: service.?database == null
      ? null
      : 'Host=${postgresHost};Database=${service.database!};Username=${name}-${service.name};SSL Mode=VerifyFull'
    redisAddress: '${name}-${suffix}.${location}.redis.azure.net:10000'
    trustedProxies: '100.64.0.0/10,${network.outputs.appsPrefix}'
    publicHost: publicHost
    release: release
    pinnedRevision: service.external ? gatewayRevision : ''
  }
  dependsOn: [postgres, secretAccess]
}]

output registryServer string = registry.outputs.server
output vaultName string = vault.outputs.name
output environmentDomain string = environment.outputs.domain
output jobs array = map(withDatabase, service => '${service.name}-migrate')
