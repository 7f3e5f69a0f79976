using System.Buffers;
using System.Globalization;
using System.Text;

namespace StackExchange.Redis.Internal;

/// <summary>Writes commands as the server reads them: a list of texts.</summary>
internal static class RespWriter
{
    public static void WriteCommand(IBufferWriter<byte> output, string name, ReadOnlySpan<RedisValue> arguments)
    {
        WriteHeader(output, '*', arguments.Length + 1);
        WriteHeader(output, '$', name.Length);
        output.Advance(Encoding.ASCII.GetBytes(name, output.GetSpan(name.Length)));
        output.Write("\r\n"u8);
        foreach (ref readonly var argument in arguments)
        {
            argument.WriteTo(output);
        }
    }

    public static void WriteHeader(IBufferWriter<byte> output, char kind, int length)
    {
        var span = output.GetSpan(16);
        span[0] = (byte)kind;
        length.TryFormat(span[1..], out var written, default, CultureInfo.InvariantCulture);
        "\r\n"u8.CopyTo(span[(written + 1)..]);
        output.Advance(written + 3);
    }
}
