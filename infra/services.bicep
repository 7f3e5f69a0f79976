// The services that Shop.AppHost/AppHost.cs composes, as they run in production. A test holds them against the
// manifest that Aspire itself writes, and the streams against what each service subscribes to.
@export()
var services = [
  {
    name: 'users'
    external: false
    database: 'usersdb'
    references: []
    consumes: []
    secrets: [{ variable: 'Users__KeyEncryption__CertificateData', secret: 'users-key-1' }]
    minReplicas: 2
    maxReplicas: 6
    cpu: '0.5'
    memory: '1Gi'
    settings: {}
  }
  {
    name: 'payments'
    external: false
    database: 'paymentsdb'
    references: ['users']
    consumes: ['orders', 'users']
    secrets: []
    minReplicas: 2
    maxReplicas: 6
    cpu: '0.5'
    memory: '1Gi'
    settings: {}
  }
  {
    name: 'shipping'
    external: false
    database: 'shippingdb'
    references: ['users']
    consumes: ['orders', 'users']
    secrets: []
    minReplicas: 2
    maxReplicas: 6
    cpu: '0.5'
    memory: '1Gi'
    settings: {}
  }
  {
    name: 'orders'
    external: false
    database: 'ordersdb'
    references: ['users', 'shipping']
    consumes: ['payments', 'shipping', 'users']
    secrets: []
    minReplicas: 2
    maxReplicas: 6
    cpu: '0.5'
    memory: '1Gi'
    settings: {}
  }
  {
    name: 'gateway'
    external: true
    references: ['users', 'orders', 'payments', 'shipping']
    consumes: []
    secrets: []
    minReplicas: 2
    maxReplicas: 10
    cpu: '0.5'
    memory: '1Gi'
    settings: {}
  }
]
