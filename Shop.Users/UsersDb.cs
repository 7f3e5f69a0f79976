using Microsoft.EntityFrameworkCore;
using Shop.Messaging;
using Shop.Users.Addresses;
using Shop.Users.Keys;
using Shop.Users.Sessions;

namespace Shop.Users;

internal sealed class UsersDb(DbContextOptions<UsersDb> options) : DbContext(options)
{
    public DbSet<Account> Accounts => Set<Account>();
    public DbSet<Address> Addresses => Set<Address>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<RefreshToken> RefreshTokens => Set<RefreshToken>();
    public DbSet<SignInFailures> SignInFailures => Set<SignInFailures>();
    public DbSet<SourceFailures> SourceFailures => Set<SourceFailures>();
    public DbSet<SigningKey> SigningKeys => Set<SigningKey>();
    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Stores a new account; false when its address has one already, perhaps since a moment ago.</summary>
    public async Task<bool> TryAddAsync(Account account, CancellationToken cancel) => await Database.ExecuteSqlAsync($"""
        INSERT INTO users.accounts (id, email, name, role, registered_at, password_hash)
        VALUES ({account.Id}, {account.Email}, {account.Name}, {account.Role}, {account.RegisteredAt}, {account.PasswordHash})
        ON CONFLICT (email) DO NOTHING
        """, cancel) == 1;

    /// <summary>The account, held against all others until the transaction ends.</summary>
    public Task<Account?> LockAccountAsync(Guid id, CancellationToken cancel) =>
        Accounts.FromSql($"SELECT * FROM users.accounts WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(cancel);

    /// <summary>Ends the sessions of an account. Its row is changed first, in the same transaction: then none can begin in between.</summary>
    public Task EndSessionsAsync(Guid accountId, DateTimeOffset now, CancellationToken cancel, Guid? except = null) => Sessions
        .Where(session => session.AccountId == accountId && session.EndedAt == null && session.Id != except)
        .ExecuteUpdateAsync(session => session.SetProperty(ended => ended.EndedAt, now), cancel);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("users");
        modelBuilder.AddMessaging();

        modelBuilder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.HasKey(a => a.Id).HasName("pk_accounts");
            account.Property(a => a.Id).HasColumnName("id").ValueGeneratedNever();
            account.Property(a => a.Email).HasColumnName("email").HasMaxLength(EmailAddress.Longest);
            account.Property(a => a.Name).HasColumnName("name").HasMaxLength(Account.LongestName);
            account.Property(a => a.Role).HasColumnName("role").HasMaxLength(20);
            account.Property(a => a.RegisteredAt).HasColumnName("registered_at");
            account.Property(a => a.PasswordHash).HasColumnName("password_hash").HasMaxLength(200);
            account.Property(a => a.Version).HasColumnName("version").HasDefaultValue(0);
            account.Property(a => a.Generation).HasColumnName("generation").HasDefaultValue(0);
            account.Property(a => a.LockedAt).HasColumnName("locked_at");
            account.Property(a => a.LockReason).HasColumnName("lock_reason").HasMaxLength(Account.LongestLockReason);
            account.HasIndex(a => a.Email).IsUnique().HasDatabaseName("ux_accounts_email");
            // For operators who know how an address begins. The one on lower(name) is in the migration: EF knows none on expressions.
            account.HasIndex(a => a.Email, "ix_accounts_email_beginning").HasOperators("text_pattern_ops");
            account.HasIndex(a => a.Role).HasFilter("role = 'operator'").HasDatabaseName("ix_accounts_operators");
        });

        modelBuilder.Entity<Address>(address =>
        {
            address.ToTable("addresses");
            address.HasKey(a => a.Id).HasName("pk_addresses");
            address.Property(a => a.Id).HasColumnName("id").ValueGeneratedNever();
            address.Property(a => a.AccountId).HasColumnName("account_id");
            address.Property(a => a.Name).HasColumnName("name").HasMaxLength(100);
            address.Property(a => a.Line1).HasColumnName("line1").HasMaxLength(200);
            address.Property(a => a.Line2).HasColumnName("line2").HasMaxLength(200);
            address.Property(a => a.City).HasColumnName("city").HasMaxLength(100);
            address.Property(a => a.PostalCode).HasColumnName("postal_code").HasMaxLength(16);
            address.Property(a => a.Country).HasColumnName("country").HasMaxLength(2).IsFixedLength();
            address.Property(a => a.Version).HasColumnName("version").IsConcurrencyToken();
            address.HasOne<Account>().WithMany().HasForeignKey(a => a.AccountId).HasConstraintName("fk_addresses_account");
            address.HasIndex(a => a.AccountId).HasDatabaseName("ix_addresses_account_id");
        });

        modelBuilder.Entity<Session>(session =>
        {
            session.ToTable("sessions");
            session.HasKey(s => s.Id).HasName("pk_sessions");
            session.Property(s => s.Id).HasColumnName("id").ValueGeneratedNever();
            session.Property(s => s.AccountId).HasColumnName("account_id");
            session.Property(s => s.StartedAt).HasColumnName("started_at");
            session.Property(s => s.EndedAt).HasColumnName("ended_at");
            session.Property(s => s.RotationKey).HasColumnName("rotation_key");
            session.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId).HasConstraintName("fk_sessions_account");
            session.HasIndex(s => s.AccountId).HasDatabaseName("ix_sessions_account_id");
            session.HasIndex(s => s.StartedAt).HasDatabaseName("ix_sessions_started_at");
        });

        modelBuilder.Entity<RefreshToken>(token =>
        {
            token.ToTable("refresh_tokens");
            token.HasKey(t => t.Hash).HasName("pk_refresh_tokens");
            token.Property(t => t.Hash).HasColumnName("hash");
            token.Property(t => t.SessionId).HasColumnName("session_id");
            token.Property(t => t.IssuedAt).HasColumnName("issued_at");
            token.Property(t => t.UsedAt).HasColumnName("used_at");
            token.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId).HasConstraintName("fk_refresh_tokens_session");
            token.HasIndex(t => t.SessionId).HasDatabaseName("ix_refresh_tokens_session_id");
            token.HasIndex(t => t.IssuedAt).HasDatabaseName("ix_refresh_tokens_issued_at");
        });

        modelBuilder.Entity<SignInFailures>(failures =>
        {
            failures.ToTable("sign_in_failures");
            failures.HasKey(f => f.Subject).HasName("pk_sign_in_failures");
            failures.Property(f => f.Subject).HasColumnName("subject");
            failures.Property(f => f.Count).HasColumnName("count");
            failures.Property(f => f.LastAt).HasColumnName("last_at");
            failures.HasIndex(f => f.LastAt).HasDatabaseName("ix_sign_in_failures_last_at");
        });

        modelBuilder.Entity<SourceFailures>(failures =>
        {
            failures.ToTable("source_failures");
            failures.HasKey(f => f.Source).HasName("pk_source_failures");
            failures.Property(f => f.Source).HasColumnName("source");
            failures.Property(f => f.ForgottenAt).HasColumnName("forgotten_at");
            failures.HasIndex(f => f.ForgottenAt).HasDatabaseName("ix_source_failures_forgotten_at");
        });

        modelBuilder.Entity<SigningKey>(key =>
        {
            key.ToTable("signing_keys");
            key.HasKey(k => k.Id).HasName("pk_signing_keys");
            key.Property(k => k.Id).HasColumnName("id").HasMaxLength(43);
            key.Property(k => k.CreatedAt).HasColumnName("created_at");
            key.Property(k => k.ActiveFrom).HasColumnName("active_from");
            key.Property(k => k.RetiredAt).HasColumnName("retired_at");
            key.Property(k => k.PublicKey).HasColumnName("public_key");
            key.Property(k => k.PrivateKey).HasColumnName("private_key");
        });

        modelBuilder.Entity<DataProtectionKey>(key =>
        {
            key.ToTable("data_protection_keys");
            key.HasKey(k => k.Id).HasName("pk_data_protection_keys");
            key.Property(k => k.Id).HasColumnName("id").ValueGeneratedNever();
            key.Property(k => k.Name).HasColumnName("name");
            key.Property(k => k.Xml).HasColumnName("xml");
        });
    }
}
