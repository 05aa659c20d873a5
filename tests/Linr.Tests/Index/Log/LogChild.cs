using System.Globalization;
using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>
/// What a child process does until it is killed: eight writers append units to the log of a folder, and each writes
/// the end of a unit to standard output when it is acknowledged.
/// </summary>
internal static class LogChild
{
    public const string FolderVariable = "LINR_TEST_LOG";

    public static readonly ChangeLogOptions Options = new() { SegmentBytes = 200_000 };

    public static void Run(string folder)
    {
        using ChangeLog log = ChangeLog.Open(folder, Options);
        Stream output = Console.OpenStandardOutput();
        Lock gate = new();
        Thread[] writers = [.. Enumerable.Range(0, 8).Select(writer => new Thread(() =>
        {
            for (int i = 0; ; i++)
            {
                byte[] record = Records.Of(writer + (i % 8), 200);
                LogAppend append = log.Append(Records.Unit(record, record, record));
                append.Durable.GetAwaiter().GetResult();
                string end = (append.FirstOffset + append.Count).ToString(CultureInfo.InvariantCulture);
                lock (gate)
                {
                    output.Write(System.Text.Encoding.ASCII.GetBytes(end + "\n"));
                }
            }
        }))];
        foreach (Thread writer in writers)
        {
            writer.Start();
        }

        foreach (Thread writer in writers)
        {
            writer.Join();
        }
    }
}
