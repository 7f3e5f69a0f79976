// What wakes somebody up, and the workbook that they look at first. docs/deployment.md says what to do for each.
param name string
param location string
param email string
param logsId string
param insightsId string
param postgresId string
param redisId string

resource onCall 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: name
  location: 'global'
  properties: {
    groupShortName: take(name, 12)
    enabled: true
    emailReceivers: [{ name: 'on-call', emailAddress: email, useCommonAlertSchema: true }]
  }
}

// Severity 1 wakes somebody, 2 waits until the morning. Each query returns a row for what is wrong, with its name.
var queries = [
  {
    name: 'gateway-errors'
    title: 'More than 2 % of the requests fail'
    severity: 1
    minutes: 5
    query: 'AppRequests | where AppRoleName == "gateway" | summarize total = count(), failed = countif(toint(ResultCode) >= 500) | where total > 50 and failed * 100.0 / total > 2 | project what = "gateway"'
  }
  {
    name: 'gateway-slow'
    title: 'The slowest of 100 requests takes more than a second'
    severity: 2
    minutes: 15
    query: 'AppRequests | where AppRoleName == "gateway" and Name !has "/live" | summarize p99 = percentile(DurationMs, 99), total = count() | where total > 100 and p99 > 1000 | project what = "gateway"'
  }
  {
    name: 'no-requests'
    title: 'Nobody reaches the shop'
    severity: 1
    minutes: 15
    query: 'AppRequests | where AppRoleName == "gateway" | summarize total = count() | where total == 0 | project what = "gateway"'
  }
  {
    name: 'outbox-old'
    title: 'Events wait for more than a minute before they are sent'
    severity: 1
    minutes: 5
    query: 'AppMetrics | where Name == "shop.messaging.outbox.age" | summarize age = max(Max) by what = AppRoleName | where age > 60'
  }
  {
    name: 'stream-lag'
    title: 'More than 5,000 events wait to be handled'
    severity: 2
    minutes: 10
    query: 'AppMetrics | where Name == "shop.messaging.stream.lag" | summarize lag = max(Max) by what = AppRoleName | where lag > 5000'
  }
  {
    name: 'dead-letters'
    title: 'A message was given up'
    severity: 2
    minutes: 15
    query: 'AppMetrics | where Name == "shop.messaging.dead" | summarize given_up = sum(Sum) by what = AppRoleName | where given_up > 0'
  }
  {
    name: 'reconciliation'
    title: 'Our books and those of the bank differ'
    severity: 1
    minutes: 60
    query: 'AppMetrics | where Name == "shop.payments.reconciliation.differences" | summarize differences = max(Max) by what = AppRoleName | where differences > 0'
  }
  {
    name: 'restarts'
    title: 'A replica was restarted again and again'
    severity: 2
    minutes: 15
    query: 'ContainerAppSystemLogs_CL | where Reason_s in ("BackOff", "ProbeFailed", "Unhealthy") | summarize times = count() by what = ContainerAppName_s | where times > 10'
  }
]

resource alerts 'Microsoft.Insights/scheduledQueryRules@2023-12-01' = [for alert in queries: {
  name: '${name}-${alert.name}'
  location: location
  properties: {
    displayName: alert.title
    severity: alert.severity
    enabled: true
    scopes: [logsId]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT${alert.minutes}M'
    // A table appears with its first row; until then the query can't be validated.
    skipQueryValidation: true
    autoMitigate: true
    criteria: {
      allOf: [
        {
          query: alert.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          dimensions: [{ name: 'what', operator: 'Include', values: ['*'] }]
          failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
        }
      ]
    }
    actions: { actionGroups: [onCall.id] }
  }
}]

var metrics = [
  { name: 'postgres-cpu', title: 'Postgres computes at its limit', scope: postgresId, metric: 'cpu_percent', above: 80, severity: 2 }
  { name: 'postgres-storage', title: 'The disk of Postgres fills up', scope: postgresId, metric: 'storage_percent', above: 80, severity: 1 }
  { name: 'postgres-connections', title: 'Postgres has almost no connections left', scope: postgresId, metric: 'active_connections', above: 700, severity: 2 }
  { name: 'redis-memory', title: 'The memory of Redis fills up: nothing is evicted', scope: redisId, metric: 'usedmemorypercentage', above: 80, severity: 1 }
]

resource metricAlerts 'Microsoft.Insights/metricAlerts@2018-03-01' = [for alert in metrics: {
  name: '${name}-${alert.name}'
  location: 'global'
  properties: {
    description: alert.title
    severity: alert.severity
    enabled: true
    scopes: [alert.scope]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          name: alert.metric
          metricName: alert.metric
          criterionType: 'StaticThresholdCriterion'
          operator: 'GreaterThan'
          threshold: alert.above
          timeAggregation: 'Average'
        }
      ]
    }
    actions: [{ actionGroupId: onCall.id }]
  }
}]

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, name, 'workbook')
  location: location
  kind: 'shared'
  properties: {
    displayName: 'Shop'
    category: 'workbook'
    sourceId: insightsId
    serializedData: loadTextContent('workbook.json')
  }
}
