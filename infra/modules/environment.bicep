// Where the apps run, with Aspire's dashboard, and where their telemetry goes.
param name string
param location string
param subnetId string
param zoneRedundant bool

resource logs 'Microsoft.OperationalInsights/workspaces@2023-09-01' = {
  name: name
  location: location
  properties: { sku: { name: 'PerGB2018' }, retentionInDays: 30 }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  kind: 'web'
  properties: { Application_Type: 'web', WorkspaceResourceId: logs.id }
}

resource environment 'Microsoft.App/managedEnvironments@2025-07-01' = {
  name: name
  location: location
  properties: {
    zoneRedundant: zoneRedundant
    vnetConfiguration: { infrastructureSubnetId: subnetId }
    workloadProfiles: [{ name: 'Consumption', workloadProfileType: 'Consumption' }]
    appLogsConfiguration: {
      destination: 'log-analytics'
      logAnalyticsConfiguration: { customerId: logs.properties.customerId, sharedKey: logs.listKeys().primarySharedKey }
    }
    // Between the replicas of the gateway and of the services, which speak plain HTTP.
    peerTrafficConfiguration: { encryption: { enabled: true } }
  }
}

resource dashboard 'Microsoft.App/managedEnvironments/dotNetComponents@2025-10-02-preview' = {
  parent: environment
  name: 'aspire-dashboard'
  properties: { componentType: 'AspireDashboard' }
}

output id string = environment.id
output domain string = environment.properties.defaultDomain
output logsId string = logs.id
// It names the place to send to and lets nobody read, so it is no secret.
output insightsConnection string = insights.properties.ConnectionString
output insightsId string = insights.id
