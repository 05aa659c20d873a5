using System.Globalization;
using CsCheck;
using Linr.Index.Log;

namespace Linr.Tests.Index.Log;

/// <summary>
/// Kills and power cuts at any operation, with writes and names that were not synced dropped, torn and reordered.
/// </summary>
public sealed class PowerCutTests
{
    private static readonly int s_lives =
        int.Parse(Environment.GetEnvironmentVariable("LINR_POWER_CUTS") ?? "400", CultureInfo.InvariantCulture);

    [Fact]
    public void What_was_acknowledged_is_there_after_any_kills_and_power_cuts()
        => Gen.Int.Sample(seed => LiveOften(new Random(seed)), iter: s_lives);

    [Fact]
    public void A_power_cut_at_every_single_operation_loses_nothing_acknowledged()
    {
        for (int operations = 1; ; operations++)
        {
            var files = new FaultyFiles { OperationsLeft = operations };
            var twin = new LogTwin();
            var random = new Random(operations);
            bool isCutOff = !TryLive(files, twin, random, new ChangeLogOptions { SegmentBytes = 700 }, steps: 80);
            using ChangeLog log = ChangeLog.Open(files.AfterPowerCut(random), new ChangeLogOptions());
            twin.AssertHolds(log);
            if (!isCutOff)
            {
                Assert.True(operations > 60);
                return;
            }
        }
    }

    private static void LiveOften(Random random)
    {
        var files = new FaultyFiles();
        var twin = new LogTwin();
        int lives = random.Next(2, 6);
        for (int life = 0; life < lives; life++)
        {
            files.OperationsLeft = random.Next(3) == 0 ? int.MaxValue : random.Next(1, 60);
            var options = new ChangeLogOptions { SegmentBytes = random.Next(1, 3_000), PendingBytesMax = 2_000 };
            _ = TryLive(files, twin, random, options, steps: random.Next(30));
            files = random.Next(3) == 0 ? files.AfterKill() : files.AfterPowerCut(random);
        }

        using ChangeLog log = ChangeLog.Open(files, new ChangeLogOptions());
        twin.AssertHolds(log);
    }

    // False if the disk was cut off.
    private static bool TryLive(
        FaultyFiles files, LogTwin twin, Random random, ChangeLogOptions options, int steps)
    {
        ChangeLog? log = null;
        try
        {
            log = ChangeLog.Open(files, options);
            twin.AssertHolds(log);
            for (int step = 0; step < steps; step++)
            {
                switch (random.Next(10))
                {
                    case 0:
                        twin.Drop(log, random.NextInt64(twin.End + 1));
                        break;
                    case < 4:
                        twin.Settle();
                        break;
                    default:
                        twin.Append(log, [.. Enumerable.Range(0, random.Next(1, 4))
                            .Select(_ => Records.Of(random.Next(), random.Next(3) == 0 ? 900 : random.Next(40)))]);
                        break;
                }
            }
        }
        catch (IOException error) when (error is not ChangeLogException && files.IsCutOff)
        {
        }

        log?.Dispose();
        twin.Settle();
        return !files.IsCutOff;
    }
}
