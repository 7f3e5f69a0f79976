@export()
@description('One project of the AppHost.')
type Service = {
  name: string
  @description('The only one that the world may call.')
  external: bool
  @description('The connection string that the AppHost references, and the name of the database.')
  database: string?
  @description('The services that the AppHost references: services__<name>__http__0.')
  references: string[]
  @description('The streams that it reads, shop:<name>, as the consumer group of its own name.')
  consumes: string[]
  @description('Its own secrets in the vault, as environment variable and name; no other service can read them.')
  secrets: SecretVariable[]
  @description('Background work runs in every service, so never 0.')
  @minValue(1)
  minReplicas: int
  @maxValue(30)
  maxReplicas: int
  cpu: '0.25' | '0.5' | '1.0'
  memory: '0.5Gi' | '1Gi' | '2Gi'
  settings: { *: string }
}

@export()
type SecretVariable = { variable: string, secret: string }

@export()
type Identity = { id: string, clientId: string, principalId: string }

@export()
@description('What costs money.')
type Size = {
  postgresSku: string
  postgresTier: 'Burstable' | 'GeneralPurpose' | 'MemoryOptimized'
  @minValue(32)
  postgresStorageGB: int
  @description('A second server in another zone takes over.')
  postgresHighAvailability: 'ZoneRedundant' | 'SameZone' | 'Disabled'
  @description('Backups in the paired region too, so that a region can be lost.')
  postgresGeoBackup: bool
  @minValue(7)
  @maxValue(35)
  postgresBackupDays: int
  redisSku: string
  redisHighAvailability: bool
  zoneRedundantApps: bool
}
