using Linr.Engine.Store;
using Linr.ModelFile;
using Linr.Server.Api;

namespace Linr.Tests.Server;

/// <summary>What callers are told of errors.</summary>
public sealed class ApiErrorTests
{
    [Fact]
    public void Files_are_named_and_the_folders_of_the_machine_are_not()
    {
        var format = new ModelFormatException("/var/lib/linr/files/a.linr", "towers/item/weight", 8, "1", "2");
        Assert.Equal("a.linr: towers/item/weight, byte 8: expected 1; found 2.", ApiError.Of(format).Message);
        var store = new StoreException("/var/lib/linr/data/models/a/1: expected a snapshot (in \"/srv/x y\"); found none.");
        Assert.Equal("1: expected a snapshot (in \"x y\"); found none.", ApiError.Of(store).Message);
        Assert.Equal(
            "b.linr: damaged", ApiError.Of(new StoreException(@"C:\linr\data\b.linr: damaged")).Message);
        Assert.Equal("1/2 of it", ApiError.Of(new StoreException("1/2 of it")).Message);
    }

    [Fact]
    public void Of_a_failed_disk_only_the_log_tells()
        => Assert.DoesNotContain("/var", ApiError.Of(new IOException("/var/lib/linr: no space")).Message, StringComparison.Ordinal);
}
