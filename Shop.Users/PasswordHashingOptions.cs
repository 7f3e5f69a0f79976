namespace Shop.Users;

/// <summary>Section <c>Users:Passwords</c>.</summary>
internal sealed class PasswordHashingOptions
{
    public const string Section = "Users:Passwords";

    /// <summary>OWASP's figure for PBKDF2 with SHA-512 (Password Storage Cheat Sheet).</summary>
    public const int RecommendedIterations = 220_000;

    /// <summary>
    /// The cost of one hash. Tests that create hundreds of accounts use less, which is refused outside Development.
    /// </summary>
    public int HashIterations { get; set; } = RecommendedIterations;

    public bool IsSafe(IHostEnvironment environment) =>
        HashIterations >= (environment.IsDevelopment() ? 1_000 : RecommendedIterations);
}
