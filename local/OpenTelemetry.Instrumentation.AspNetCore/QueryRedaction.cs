using System.Text;

namespace OpenTelemetry.Instrumentation.AspNetCore;

/// <summary>A query string may carry names, searches and tokens: its keys are kept, no value ever is.</summary>
internal static class QueryRedaction
{
    private const string Redacted = "Redacted";

    /// <summary><c>?page=2&amp;token=abc</c> becomes <c>?page=Redacted&amp;token=Redacted</c>.</summary>
    public static string Redact(string query)
    {
        var kept = new StringBuilder(query.Length);
        var inValue = false;
        foreach (var character in query)
        {
            if (character == '&')
                inValue = false;
            if (!inValue)
                kept.Append(character);
            if (character == '=' && !inValue)
            {
                inValue = true;
                kept.Append(Redacted);
            }
        }

        return kept.ToString();
    }
}
