using 'main.bicep'
import { services as all } from 'services.bicep'

param stage = 'prod'
param step = readEnvironmentVariable('STEP', 'apps')
param imageTag = readEnvironmentVariable('IMAGE_TAG', 'local')
param release = readEnvironmentVariable('RELEASE', 'local')
param gatewayRevision = readEnvironmentVariable('GATEWAY_REVISION', '')

param publicHost = 'shop.example'
param alertEmail = 'oncall@shop.example'
param deployers = '00000000-0000-0000-0000-000000000002'
param postgresAdminGroup = { id: '00000000-0000-0000-0000-000000000001', name: 'shop-dba' }

param size = {
  postgresSku: 'Standard_D2ds_v5'
  postgresTier: 'GeneralPurpose'
  postgresStorageGB: 64
  postgresHighAvailability: 'ZoneRedundant'
  postgresGeoBackup: true
  postgresBackupDays: 14
  redisSku: 'Balanced_B1'
  redisHighAvailability: true
  zoneRedundantApps: true
}
param services = all
