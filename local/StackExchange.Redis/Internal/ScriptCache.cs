using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace StackExchange.Redis.Internal;

/// <summary>The hashes of the scripts in use: a server that has a script is sent its hash instead of its text.</summary>
internal sealed class ScriptCache
{
    private readonly ConcurrentDictionary<string, RedisValue> _hashes = new(StringComparer.Ordinal);

    [SuppressMessage("Security", "CA5350", Justification = "Redis names scripts by their SHA1.")]
    public RedisValue HashOf(string script) => _hashes.GetOrAdd(
        script, text => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text))));
}
