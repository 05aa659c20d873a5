using Linr.Engine;
using Linr.Engine.Live;
using Linr.Engine.Store;
using Linr.Index;
using Linr.Index.ModelFiles;
using Linr.ModelFile;
using Linr.Tests.Index.Live;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Linr.Tests.Embedded;

/// <summary>The engine among an application's services: opened, checked, searched, watched and disposed.</summary>
public sealed class EmbeddedTests : IDisposable
{
    private static readonly RetrieverOptions s_oneThread = new() { Threads = 1 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Models_under_several_keys_are_opened_at_the_start()
    {
        using IHost host = await StartAsync(services => services
            .AddLinr(MakeModel("main.linr", 3))
            .AddKeyedLinr("a", MakeModel("a.linr", 5))
            .AddKeyedLinr("b", options => options.Path = MakeModel("b.linr", 7)));
        Assert.Equal(3, Count(host.Services.GetRequiredService<LinrIndex>()));
        Assert.Equal(5, Count(host.Services.GetRequiredKeyedService<LinrIndex>("a")));
        Assert.Equal(7, Count(host.Services.GetRequiredKeyedService<LinrIndex>("b")));
        Assert.Same(
            host.Services.GetRequiredKeyedService<LinrIndex>("a"), host.Services.GetRequiredKeyedService<LinrIndex>("a"));
    }

    [Fact]
    public async Task A_store_is_made_of_a_model_and_is_there_again()
    {
        string model = MakeModel("model.linr", 3);
        Action<LinrOptions> configure = options =>
        {
            (options.Path, options.CreateFrom) = (_folder.File("store"), model);
            options.Store = new StoreOptions { Retriever = s_oneThread };
        };
        IndexStore store;
        using (IHost host = await StartAsync(services => services.AddLinr(configure)))
        {
            LinrIndex index = host.Services.GetRequiredService<LinrIndex>();
            await index.ApplyAsync(ItemChange.Upsert(LiveItems.Of(9, 9)));
            store = index.Store!;
        }

        Assert.Throws<ObjectDisposedException>(() => store.Lease());
        File.Delete(model);
        using IHost again = await StartAsync(services => services.AddLinr(_folder.File("store")));
        LinrIndex reopened = again.Services.GetRequiredService<LinrIndex>();
        Assert.Equal(4, Count(reopened));
        Assert.NotNull(reopened.Get(9));
    }

    [Fact]
    public async Task Every_problem_of_the_options_is_said_at_the_start()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddLinr(options =>
        {
            options.CreateFrom = _folder.File("nothing.linr");
            options.Retriever = new RetrieverOptions { Threads = -1, SimilarityCandidates = 0 };
            options.Store = new StoreOptions { SnapshotsKept = 0, Retriever = new RetrieverOptions { Live = new LiveOptions() } };
        });
        builder.Services.AddKeyedLinr("other", _folder.File("nothing"));
        using IHost host = builder.Build();
        var error = await Assert.ThrowsAnyAsync<Exception>(
            () => host.StartAsync(TestContext.Current.CancellationToken));
        string[] problems = [.. Failures(error)];
        string[] expected =
        [
            "Path: expected a model file or the folder of an index store; found none.",
            "CreateFrom: expected a model file; found", "Retriever.Threads: expected 0 to 1024; found -1.",
            "Retriever.SimilarityCandidates: expected 1 or more; found 0.",
            "Store.Retriever.Live: expected null", "Store.SnapshotsKept: expected 1 or more; found 0.",
            "\"other\": Path: expected a model file, the folder of an index store, or CreateFrom",
        ];
        Assert.True(expected.Length == problems.Length, string.Join(Environment.NewLine, problems));
        Assert.All(expected.Zip(problems), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        var direct = Assert.Throws<ArgumentException>(() => LinrIndex.Open(new LinrOptions { CreateFrom = "nothing" }));
        Assert.Contains("Path: expected", direct.Message, StringComparison.Ordinal);
        Assert.Contains("CreateFrom: expected", direct.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_model_ends_the_start_unless_it_is_opened_at_first_use()
    {
        string path = _folder.Write("broken.linr", "no model");
        await Assert.ThrowsAsync<ModelFormatException>(() => StartAsync(services => services.AddLinr(path)));
        using IHost host = await StartAsync(services => services.AddLinr(options =>
        {
            (options.Path, options.OpensAtStart) = (path, false);
        }));
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(host));
        Assert.Throws<ModelFormatException>(() => host.Services.GetRequiredService<LinrIndex>());
    }

    [Fact]
    public async Task Health_is_that_of_the_index()
    {
        using IHost sound = await StartAsync(services => services.AddLinr(MakeModel("sound.linr", 3)));
        Assert.Equal(HealthStatus.Healthy, await HealthAsync(sound));

        string damaged = MakeModel("damaged.linr", 3);
        Flip(damaged);
        using IHost broken = await StartAsync(services => services.AddLinr(damaged));
        LinrIndex index = broken.Services.GetRequiredService<LinrIndex>();
        Assert.True(SpinWait.SpinUntil(() => index.Problem is not null, TimeSpan.FromMinutes(1)));
        Assert.Equal(HealthStatus.Unhealthy, await HealthAsync(broken));

        using IHost stuck = await StartAsync(services => services.AddLinr(options =>
        {
            (options.Path, options.CreateFrom) = (_folder.File("store"), MakeModel("model.linr", 3));
            options.Store = new StoreOptions { Retriever = s_oneThread, SnapshotEveryChanges = 1 };
        }));
        LinrIndex store = stuck.Services.GetRequiredService<LinrIndex>();
        Directory.Delete(_folder.File("store/snapshots"), recursive: true);
        await store.ApplyAsync(ItemChange.Upsert(LiveItems.Of(9, 9)));
        Assert.True(SpinWait.SpinUntil(() => store.Problem is not null, TimeSpan.FromMinutes(1)));
        Assert.Equal(HealthStatus.Degraded, await HealthAsync(stuck));
        Assert.Equal(4, Count(store));
    }

    private static async Task<IHost> StartAsync(Action<IServiceCollection> add)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        add(builder.Services);
        builder.Services.AddHealthChecks().AddLinr();
        IHost host = builder.Build();
        try
        {
            await host.StartAsync(TestContext.Current.CancellationToken);
            return host;
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    private static async Task<HealthStatus> HealthAsync(IHost host)
    {
        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(TestContext.Current.CancellationToken);
        return report.Entries["linr"].Status;
    }

    private static IEnumerable<string> Failures(Exception error) => error switch
    {
        OptionsValidationException one => one.Failures,
        AggregateException many => many.InnerExceptions.SelectMany(Failures),
        _ => throw error,
    };

    // The first byte of the first embedding's rows.
    private static void Flip(string path)
    {
        long start;
        using (TensorFile file = TensorFile.Open(path))
        {
            start = file.Tensors.First(one => one.Type == TensorType.Float32 && one.Shape.Length == 2).Start;
        }

        byte[] bytes = File.ReadAllBytes(path);
        bytes[start] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    private static int Count(LinrIndex index) => index.Retriever.Ids().Count();

    private string MakeModel(string name, int items)
    {
        string path = _folder.File(name);
        using ItemTable table = LiveItems.Build(IdKind.Integer, items);
        ModelWriter.Write(path, new ModelContents { Items = table, Version = name });
        return path;
    }
}
