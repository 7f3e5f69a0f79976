using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Shop.ServiceDefaults;

namespace Shop.Data;

/// <summary>The answer to the first request with a key, stored in the transaction of that request's effect.</summary>
public sealed class IdempotentAnswer
{
    /// <summary>The caller's key.</summary>
    public required string Key { get; init; }

    /// <summary>The user who sent the key; equal keys of two users are independent.</summary>
    public required Guid UserId { get; init; }

    /// <summary>Method and path that the key was used for.</summary>
    public required string Route { get; init; }

    /// <summary>SHA-256 over the parsed request, so that white space and the order of members do not matter.</summary>
    public required byte[] Fingerprint { get; init; }

    /// <summary>The HTTP status that was answered.</summary>
    public required int Status { get; init; }

    /// <summary>The Location header that was answered, if any.</summary>
    public string? Location { get; init; }

    /// <summary>The JSON that was answered.</summary>
    public required string Body { get; init; }

    /// <summary>When it was answered.</summary>
    public required DateTimeOffset At { get; init; }
}

/// <summary>
/// Makes a request with an idempotency key take effect once. Same key and same request: the same answer. Same key and
/// another request: 422. Several at the same time: one effect.
/// </summary>
public static class Idempotency
{
    /// <summary>Adds the table <c>idempotency</c> to the module's schema.</summary>
    public static ModelBuilder AddIdempotency(this ModelBuilder model) => model.Entity<IdempotentAnswer>(answer =>
    {
        answer.ToTable("idempotency");
        answer.HasKey(a => new { a.UserId, a.Route, a.Key });
        answer.HasIndex(a => a.At);
        answer.Property(a => a.Route).HasMaxLength(100);
        answer.Property(a => a.Key).HasMaxLength(255);
        answer.Property(a => a.Location).HasMaxLength(500);
    });

    /// <summary>
    /// Executes a request in a transaction, once per key. A successful answer is stored with its effect and returned
    /// again for a repeated request; anything else is rolled back, and the key can be used again. Requests with the
    /// same key wait for each other: none of them violates the primary key, which PostgreSQL would log with its values.
    /// </summary>
    /// <typeparam name="TResponse">What a success answers.</typeparam>
    /// <param name="db">The context of the effect; its model contains <see cref="AddIdempotency"/>.</param>
    /// <param name="key">The caller's key.</param>
    /// <param name="user">The user who sent the key.</param>
    /// <param name="route">Method and path that the key is used for.</param>
    /// <param name="request">What has to be the same when the key is used again.</param>
    /// <param name="carryOut">Adds the effect to the context; it is saved and committed here.</param>
    /// <param name="cancel">Cancels the request; nothing is changed then.</param>
    /// <returns>
    /// What <paramref name="carryOut"/> answered, or the stored answer, or 422 when the key was used for another
    /// request.
    /// </returns>
    public static Task<IResult> ExecuteOnceAsync<TResponse>(
        this DbContext db, IdempotencyKey key, CurrentUser user, string route, object request,
        Func<Task<IResult>> carryOut, CancellationToken cancel) =>
        db.ExecuteOnceAsync<TResponse, bool>(key, user, route, request, null, _ => carryOut(), cancel);

    /// <summary>The same for an effect that depends on a query: it is asked together with the key.</summary>
    /// <typeparam name="TResponse">What a success answers.</typeparam>
    /// <typeparam name="TFound">What the query finds.</typeparam>
    /// <param name="db">The context of the effect; its model contains <see cref="AddIdempotency"/>.</param>
    /// <param name="key">The caller's key.</param>
    /// <param name="user">The user who sent the key.</param>
    /// <param name="route">Method and path that the key is used for.</param>
    /// <param name="request">What has to be the same when the key is used again.</param>
    /// <param name="query">What the effect depends on.</param>
    /// <param name="carryOut">Adds the effect to the context; it is saved and committed here.</param>
    /// <param name="cancel">Cancels the request; nothing is changed then.</param>
    /// <returns>As without a query.</returns>
    public static Task<IResult> ExecuteOnceAsync<TResponse, TFound>(
        this DbContext db, IdempotencyKey key, CurrentUser user, string route, object request,
        BatchQuery<TFound> query, Func<TFound, IResult> carryOut, CancellationToken cancel) =>
        db.ExecuteOnceAsync<TResponse, TFound>(
            key, user, route, request, query, found => Task.FromResult(carryOut(found!)), cancel);

    private static async Task<IResult> ExecuteOnceAsync<TResponse, TFound>(
        this DbContext db, IdempotencyKey key, CurrentUser user, string route, object request,
        BatchQuery<TFound>? query, Func<TFound?, Task<IResult>> carryOut, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(carryOut);
        var fingerprint = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, Json.Web));
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var (earlier, found, now) = await FindAnswerAsync(db, key, user, route, fingerprint, query, cancel);
        if (earlier is not null)
            return earlier;

        var result = await carryOut(found);
        var (status, location, response) = result switch
        {
            Ok<TResponse> ok => (ok.StatusCode, null, ok.Value),
            Created<TResponse> created => (created.StatusCode, created.Location, created.Value),
            Accepted<TResponse> accepted => (accepted.StatusCode, accepted.Location, accepted.Value),
            _ => default,
        };
        if (response is null)
            return result;

        db.Add(new IdempotentAnswer
        {
            Key = key.Value,
            UserId = user.Id,
            Route = route,
            Fingerprint = fingerprint,
            Status = status,
            Location = location,
            Body = JsonSerializer.Serialize(response, Json.Web),
            At = now,
        });
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return result;
    }

    private static async Task<(IResult? Answer, TFound? Found, DateTimeOffset Now)> FindAnswerAsync<TFound>(
        DbContext db, IdempotencyKey key, CurrentUser user, string route, byte[] fingerprint,
        BatchQuery<TFound>? query, CancellationToken cancel)
    {
        var table = db.Model.FindEntityType(typeof(IdempotentAnswer))!;
        // One round trip, but several statements: the second sees what was committed while the first waited for the
        // lock.
        await using var batch = db.NewBatch();
        batch.BatchCommands.Add(new("SELECT pg_advisory_xact_lock(hashtextextended($1, 0)), clock_timestamp()")
        {
            Parameters = { new() { Value = $"{user.Id} {route} {key.Value}" } },
        });
        batch.BatchCommands.Add(new($"""
            SELECT fingerprint, status, location, body FROM {table.GetSchema()}.{table.GetTableName()}
            WHERE user_id = $1 AND route = $2 AND key = $3
            """)
        {
            Parameters = { new() { Value = user.Id }, new() { Value = route }, new() { Value = key.Value } },
        });
        if (query is not null)
            batch.BatchCommands.Add(query.Command);

        await using var reader = await batch.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        var now = await reader.GetFieldValueAsync<DateTimeOffset>(1, cancel);
        await reader.NextResultAsync(cancel);
        if (!await reader.ReadAsync(cancel))
        {
            await reader.NextResultAsync(cancel);
            return (null, query is null ? default : await query.ReadAsync(reader, cancel), now);
        }

        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(fingerprint))
            return (Problem.Unprocessable("This Idempotency-Key was used before for another request."), default, now);

        var location = await reader.IsDBNullAsync(2, cancel) ? null : reader.GetString(2);
        return (new StoredAnswer(reader.GetInt32(1), location, reader.GetString(3)), default, now);
    }

    private sealed class StoredAnswer(int status, string? location, string body) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            if (location is not null)
                httpContext.Response.Headers.Location = location;

            return TypedResults.Text(body, "application/json; charset=utf-8", statusCode: status)
                .ExecuteAsync(httpContext);
        }
    }
}
