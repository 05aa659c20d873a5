using System.Text.RegularExpressions;

namespace Linr.Server.Api;

/// <summary>
/// Takes folders out of messages: what callers are told names files, and not where this machine has them.
/// </summary>
internal static partial class FileNames
{
    /// <summary>A message with the last part of each path in it that begins at the root.</summary>
    public static string Of(string message) => Folders().Replace(message, string.Empty);

    [GeneratedRegex("""(?<=^|[\s"'(])(?:[A-Za-z]:)?[/\\](?:[^\s"'(:;/\\]*[/\\])*""")]
    private static partial Regex Folders();
}
