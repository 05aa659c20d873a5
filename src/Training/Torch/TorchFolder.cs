using System.Runtime.InteropServices;

namespace Linr.Training.Torch;

/// <summary>Finds the folder of libtorch: training alone needs one, so it is not part of the program.</summary>
public static class TorchFolder
{
    /// <summary>The folder name that is looked for beside the program and under the user's data folder.</summary>
    public const string Name = "libtorch";

    /// <summary>The file that makes a folder one of libtorch.</summary>
    public static string MarkerFile { get; } = OperatingSystem.IsWindows() ? "torch_cpu.dll"
        : OperatingSystem.IsMacOS() ? "libtorch_cpu.dylib"
        : "libtorch_cpu.so";

    /// <summary>Where libtorch is looked for when no folder is given, in order.</summary>
    public static IReadOnlyList<string> DefaultPlaces { get; } =
    [
        Path.Combine(AppContext.BaseDirectory, Name),
        Path.Combine(UserFolder, Name),
    ];

    /// <summary>The project's own folder under the user's data folder.</summary>
    public static string UserFolder => Path.Combine(
        Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "linr");

    /// <summary>The folder to load libtorch from.</summary>
    /// <param name="given">The folder that the caller named, or null for the default places.</param>
    /// <exception cref="TorchLibraryException">No such folder holds libtorch.</exception>
    public static string Find(string? given)
    {
        IReadOnlyList<string> places = given is null ? DefaultPlaces : [given, Path.Combine(given, "lib")];
        return places.FirstOrDefault(place => File.Exists(Path.Combine(place, MarkerFile)))
            ?? throw new TorchLibraryException(
                $"Training needs libtorch, and found no {MarkerFile} in {string.Join(" or ", places)}. "
                + "Run tools/get-libtorch.sh, or name a folder with --libtorch. "
                + $"(This is {RuntimeInformation.RuntimeIdentifier}.)");
    }
}
