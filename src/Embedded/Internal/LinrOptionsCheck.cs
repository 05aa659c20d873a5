using Linr.Engine.Store;
using Microsoft.Extensions.Options;

namespace Linr;

/// <summary>Finds all that is wrong with options before anything is opened.</summary>
internal sealed class LinrOptionsCheck : IValidateOptions<LinrOptions>
{
    public ValidateOptionsResult Validate(string? name, LinrOptions options)
    {
        string prefix = string.IsNullOrEmpty(name) ? string.Empty : $"\"{name}\": ";
        string[] problems = [.. FindProblems(options).Select(problem => prefix + problem)];
        return problems.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    public static IEnumerable<string> FindProblems(LinrOptions options)
    {
        bool isStore = !File.Exists(options.Path);
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            yield return "Path: expected a model file or the folder of an index store; found none.";
        }
        else if (isStore && !IndexStore.IsStore(options.Path) && options.CreateFrom is null)
        {
            yield return "Path: expected a model file, the folder of an index store, or CreateFrom with the model to "
                + $"make a store of; found \"{options.Path}\", which is none of these.";
        }

        if (options.CreateFrom is { } model && !IndexStore.IsStore(options.Path) && !File.Exists(model))
        {
            yield return $"CreateFrom: expected a model file; found \"{model}\", which is not there.";
        }

        foreach (string problem in options.Retriever.FindProblems())
        {
            yield return "Retriever." + problem;
        }

        foreach (string problem in options.Store.FindProblems())
        {
            yield return "Store." + problem;
        }
    }
}
