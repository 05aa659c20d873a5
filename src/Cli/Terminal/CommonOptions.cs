using System.CommandLine;
using System.Globalization;
using Linr.Engine;
using Linr.Index;
using Linr.Index.Embeddings;
using Linr.Onnx;

namespace Linr.Cli.Terminal;

/// <summary>The arguments and options that several commands share.</summary>
internal static class CommonOptions
{
    /// <summary>`--json`, on every command.</summary>
    public static Option<bool> Json { get; } = new("--json")
    {
        Description = "Write the result as JSON on standard output.",
    };

    /// <summary>`--threads`.</summary>
    public static Option<int> Threads { get; } = new("--threads")
    {
        Description = "Threads to use; 0 takes every processor.",
        DefaultValueFactory = _ => 0,
    };

    /// <summary>`--device`.</summary>
    public static Option<string> Device { get; } = new("--device")
    {
        Description = "What to scan on: cpu; cuda, or cuda:0,1 for those devices; auto takes cuda where it serves.",
        HelpName = "cpu|cuda|auto",
        DefaultValueFactory = _ => "auto",
    };

    /// <summary>`--version-name`, on the commands that write a model.</summary>
    public static Option<string> VersionName { get; } = new("--version-name")
    {
        Description = "What to call this version of the model; every answer carries it.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "1",
    };

    /// <summary>`--codes`, on the commands that write a model.</summary>
    public static Option<string?> Codes { get; } = new("--codes")
    {
        Description = $"Codes to keep beside the rows, such as sign-oporp(256): {EmbeddingCodes.Form}.",
        HelpName = "CODES",
    };

    /// <summary>`--copy`, on the commands that write a model.</summary>
    public static Option<RowType?> Copy { get; } = new("--copy")
    {
        Description = "A smaller copy to keep beside the rows: Int8, Float16 or BFloat16. Searches read it first, and "
            + "answer exactly, from the rows.",
    };

    /// <summary>`--host-rows`, beside <see cref="Device"/>.</summary>
    public static Option<bool> HostRows { get; } = new("--host-rows")
    {
        Description = "Rows that have codes or a copy stay off the devices, which have these only; the processor reads "
            + "the few rows that decide.",
    };

    /// <summary>What `--codes` asks for; null where it is not given.</summary>
    /// <exception cref="ArgumentException">It is not of the form.</exception>
    public static EmbeddingCodes? ReadCodes(CommandContext context)
    {
        string? text = context.Find(Codes);
        return text is null ? null
            : EmbeddingCodes.TryParse(text, out EmbeddingCodes? codes) ? codes
            : throw new ArgumentException($"{Codes.Name}: expected {EmbeddingCodes.Form}; found \"{text}\".");
    }

    /// <summary>The model file that a command reads.</summary>
    public static Argument<string> Model(string description)
        => new("model") { Description = description, HelpName = "FILE.linr" };

    /// <summary>`--out`, the file that a command writes.</summary>
    public static Option<string> Out(string description) => new("--out", "-o")
    {
        Description = description,
        HelpName = "PATH",
        Required = true,
    };

    /// <summary>The embedding of that name, or the first where none is given.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static EmbeddingColumn FindEmbedding(ItemTable items, string? name)
    {
        string known = string.Join(", ", items.Schema.Embeddings.Select(one => one.Name));
        return (name is not null ? items.FindEmbedding(name) : items.Embeddings.Count > 0 ? items.Embeddings[0] : null)
            ?? throw new ArgumentException($"--embedding: expected one of {known}; found \"{name}\".");
    }

    /// <summary>The path of the model file that a command reads.</summary>
    /// <exception cref="IOException">There is no file.</exception>
    public static string ModelPath(CommandContext context, Argument<string> model)
        => FileCheck.Existing("The model", context.Get(model));

    /// <summary>How `--device` and `--threads` ask for a model to be opened.</summary>
    /// <exception cref="ArgumentException">One of them is wrong.</exception>
    public static RetrieverOptions ReadRetrieverOptions(CommandContext context)
    {
        string text = context.Get(Device);
        string[] parts = text.Split(':', 2);
        EngineDevice? device = parts[0] switch
        {
            "cpu" when parts.Length == 1 => EngineDevice.Cpu,
            "auto" when parts.Length == 1 => EngineDevice.Auto,
            "cuda" => EngineDevice.Cuda,
            _ => null,
        };
        var ordinals = new List<int>();
        foreach (string part in parts.Length == 1 ? [] : parts[1].Split(','))
        {
            bool isNumber = int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal);
            device = isNumber ? device : null;
            ordinals.Add(ordinal);
        }

        var options = new RetrieverOptions
        {
            Threads = ThreadCount(context),
            Device = device ?? throw new ArgumentException(
                $"--device: expected cpu, cuda, auto, or devices such as cuda:0,1; found {text}."),
            QueryTower = OnnxQueryTower.Find,
        };
        CudaOptions cuda = options.Cuda with { KeepsRowsOnHost = context.Get(HostRows) };
        return options with { Cuda = ordinals.Count == 0 ? cuda : cuda with { Ordinals = [.. ordinals] } };
    }

    /// <summary>The threads that `--threads` asks for.</summary>
    public static int ThreadCount(CommandContext context)
    {
        int threads = context.Get(Threads);
        return threads switch
        {
            0 => Environment.ProcessorCount,
            > 0 and <= 1024 => threads,
            _ => throw new ArgumentException($"--threads: expected 0 to 1024; found {threads}."),
        };
    }
}
