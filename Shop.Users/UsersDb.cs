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

    /// <summary>
    /// Stores a new account; false when its address already has one, even if it was created at the same time.
    /// </summary>
    public async Task<bool> TryAddAsync(Account account, CancellationToken cancel) =>
        await Database.ExecuteSqlAsync($"""
            INSERT INTO users.accounts (id, email, name, role, registered_at, password_hash)
            VALUES ({account.Id}, {account.Email}, {account.Name}, {account.Role}, {account.RegisteredAt},
            {account.PasswordHash})
            ON CONFLICT (email) DO NOTHING
            """, cancel) == 1;

    /// <summary>Reads the account and locks its row until the transaction ends.</summary>
    public Task<Account?> LockAccountAsync(Guid id, CancellationToken cancel) =>
        Accounts.FromSql($"SELECT * FROM users.accounts WHERE id = {id} FOR UPDATE").SingleOrDefaultAsync(cancel);

    /// <summary>
    /// Ends the sessions of an account. The caller has changed the account's row in the same transaction, so that no
    /// session can start in between.
    /// </summary>
    public Task EndSessionsAsync(Guid accountId, DateTimeOffset now, CancellationToken cancel, Guid? except = null) =>
        Sessions
            .Where(session => session.AccountId == accountId && session.EndedAt == null && session.Id != except)
            .ExecuteUpdateAsync(session => session.SetProperty(ended => ended.EndedAt, now), cancel);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("users");
        modelBuilder.AddMessaging();

        modelBuilder.Entity<Account>(account =>
        {
            account.Property(a => a.Id).ValueGeneratedNever();
            account.Property(a => a.Email).HasMaxLength(EmailAddress.Longest);
            account.Property(a => a.Name).HasMaxLength(Account.LongestName);
            account.Property(a => a.Role).HasMaxLength(20);
            account.Property(a => a.PasswordHash).HasMaxLength(200);
            account.Property(a => a.Version).HasDefaultValue(0);
            account.Property(a => a.Generation).HasDefaultValue(0);
            account.Property(a => a.LockReason).HasMaxLength(Account.LongestLockReason);
            account.HasIndex(a => a.Email).IsUnique();
            // For the prefix search of operators. The index on lower(name) is in the migration: EF knows none
            // on expressions.
            account.HasIndex(a => a.Email, "ix_accounts_email_beginning")
                .HasDatabaseName("ix_accounts_email_beginning").HasOperators("text_pattern_ops");
            account.HasIndex(a => a.Role).HasFilter("role = 'operator'");
        });

        modelBuilder.Entity<Address>(address =>
        {
            address.Property(a => a.Id).ValueGeneratedNever();
            address.Property(a => a.Name).HasMaxLength(100);
            address.Property(a => a.Line1).HasMaxLength(200);
            address.Property(a => a.Line2).HasMaxLength(200);
            address.Property(a => a.City).HasMaxLength(100);
            address.Property(a => a.PostalCode).HasMaxLength(16);
            address.Property(a => a.Country).HasMaxLength(2).IsFixedLength();
            address.Property(a => a.Version).IsConcurrencyToken();
            address.HasOne<Account>().WithMany().HasForeignKey(a => a.AccountId);
        });

        modelBuilder.Entity<Session>(session =>
        {
            session.Property(s => s.Id).ValueGeneratedNever();
            session.HasOne<Account>().WithMany().HasForeignKey(s => s.AccountId);
            session.HasIndex(s => s.StartedAt);
        });

        modelBuilder.Entity<RefreshToken>(token =>
        {
            token.HasKey(t => t.Hash);
            token.HasOne<Session>().WithMany().HasForeignKey(t => t.SessionId);
            token.HasIndex(t => t.IssuedAt);
        });

        modelBuilder.Entity<SignInFailures>(failures =>
        {
            failures.HasKey(f => f.Subject);
            failures.HasIndex(f => f.LastAt);
        });

        modelBuilder.Entity<SourceFailures>(failures =>
        {
            failures.HasKey(f => f.Source);
            failures.HasIndex(f => f.ForgottenAt);
        });

        modelBuilder.Entity<SigningKey>().Property(key => key.Id).HasMaxLength(43);
        modelBuilder.Entity<DataProtectionKey>().Property(key => key.Id).ValueGeneratedNever();
    }
}
