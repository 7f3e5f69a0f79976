using 'main.bicep'
import { services as all } from 'services.bicep'

param stage = 'dev'
param step = readEnvironmentVariable('STEP', 'apps')
param imageTag = readEnvironmentVariable('IMAGE_TAG', 'local')
param release = readEnvironmentVariable('RELEASE', 'local')
param gatewayRevision = readEnvironmentVariable('GATEWAY_REVISION', '')

param publicHost = 'dev.shop.example'
param alertEmail = 'oncall@shop.example'
param deployers = '00000000-0000-0000-0000-000000000002'
param postgresAdminGroup = { id: '00000000-0000-0000-0000-000000000001', name: 'shop-dba' }

param size = {
  postgresSku: 'Standard_B2s'
  postgresTier: 'Burstable'
  postgresStorageGB: 32
  postgresHighAvailability: 'Disabled'
  postgresGeoBackup: false
  postgresBackupDays: 7
  redisSku: 'Balanced_B0'
  redisHighAvailability: false
  zoneRedundantApps: false
}

// One replica each: a roll-out still starts the new one before the old one ends.
param services = map(all, service => union(service, { minReplicas: 1, maxReplicas: 2, cpu: '0.25', memory: '0.5Gi' }))
