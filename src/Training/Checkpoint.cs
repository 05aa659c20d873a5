using System.Globalization;
using System.Text.Json;
using Linr.ModelFile;
using Linr.Training.Data;
using Linr.Training.Torch;

namespace Linr.Training;

/// <summary>
/// The state of a run after an epoch, as a safetensors file: weights, Adam's moments, the best weights, the epochs.
/// Random numbers need no state: each epoch's are a function of seed and epoch.
/// </summary>
internal static class Checkpoint
{
    private const string MeanSuffix = "#mean";
    private const string SquareSuffix = "#square";
    private const string BestSuffix = "#best";
    private const string OptionsKey = "linr.training.options";
    private const string DataKey = "linr.training.data";
    private const string EpochsKey = "linr.training.epochs";
    private const string StepsKey = "linr.training.steps";

    /// <summary>Writes the state in one step: the file is the old one or the new one.</summary>
    public static void Write(string path, InteractionDataset data, TrainingOptions options, TrainingState state)
    {
        var metadata = new Dictionary<string, string>
        {
            [OptionsKey] = OptionsText(options),
            [DataKey] = DataText(data),
            [EpochsKey] = JsonSerializer.Serialize(state.Epochs, TrainingJson.Default.IReadOnlyListEpochResult),
            [StepsKey] = state.Adam.StepCount.ToString(CultureInfo.InvariantCulture),
        };
        var tensors = new List<TensorSource>();
        foreach (Weight weight in state.Weights.All)
        {
            tensors.Add(TensorBytes.Source(weight.Name, weight.Value));
            tensors.Add(TensorBytes.Source(weight.Name + MeanSuffix, weight.Mean));
            tensors.Add(TensorBytes.Source(weight.Name + SquareSuffix, weight.Square));
            tensors.Add(TensorBytes.Source(weight.Name + BestSuffix, state.Best.Values[weight.Name]));
        }

        TensorFileWriter.Write(path, metadata, tensors);
    }

    /// <summary>Takes up the state of a file.</summary>
    /// <exception cref="ArgumentException">The file is of a run with other options or other data.</exception>
    /// <exception cref="ModelFormatException">The file is damaged.</exception>
    public static void Read(string path, InteractionDataset data, TrainingOptions options, TrainingState state)
    {
        using var file = TensorFile.Open(path);
        file.Verify();
        ThrowIfNot(path, "options", file, OptionsKey, OptionsText(options));
        ThrowIfNot(path, "data", file, DataKey, DataText(data));
        foreach (Weight weight in state.Weights.All)
        {
            TensorBytes.Read(Require(file, weight.Name, weight), weight.Value);
            TensorBytes.Read(Require(file, weight.Name + MeanSuffix, weight), weight.Mean);
            TensorBytes.Read(Require(file, weight.Name + SquareSuffix, weight), weight.Square);
            TensorBytes.Read(Require(file, weight.Name + BestSuffix, weight), state.Best.Values[weight.Name]);
        }

        state.Adam.StepCount = long.Parse(file.Metadata[StepsKey], CultureInfo.InvariantCulture);
        state.Epochs.AddRange(
            JsonSerializer.Deserialize(file.Metadata[EpochsKey], TrainingJson.Default.IReadOnlyListEpochResult)!);
    }

    private static Memory.NativeSlice<float> Require(TensorFile file, string name, Weight weight)
        => file.Require<float>(name, TensorType.Float32, weight.Value.shape);

    private static void ThrowIfNot(string path, string what, TensorFile file, string key, string expected)
    {
        string found = file.Metadata.GetValueOrDefault(key, "none");
        if (found != expected)
        {
            throw new ArgumentException(
                $"{path} is the checkpoint of a run with other {what}: expected {expected}; found {found}. "
                + "Delete it to start again.");
        }
    }

    // Whatever changes no number may differ between the run that stopped and the one that resumes.
    private static string OptionsText(TrainingOptions options)
    {
        TrainingOptions same = options with
        {
            Epochs = 1,
            Patience = 1,
            Threads = 1,
            Device = "cpu",
            LibtorchFolder = null,
            CheckpointPath = null,
            WarmStartPath = null,
        };
        return JsonSerializer.Serialize(same, TrainingJson.Default.TrainingOptions);
    }

    private static string DataText(InteractionDataset data) => string.Create(
        CultureInfo.InvariantCulture,
        $"{data.InteractionCount} interactions, {data.UserCount} users, {data.Catalogue.Count} items, {data.Order}");
}
