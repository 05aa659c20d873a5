using Linr.Server.Options;
using Microsoft.Extensions.Logging;

namespace Linr.Server.Models;

/// <content>Opening: all that the data folder and the options say.</content>
internal sealed partial class ModelCatalogue
{
    private const string ModelsFolder = "models";

    private VersionLoader Loader => new(_options, _retriever, Memory);

    /// <summary>
    /// Opens all models. Those of the options must open; of those in the data folder, a version that cannot says why,
    /// and the others answer.
    /// </summary>
    /// <exception cref="IOException">A file cannot be read, or the catalogue is damaged.</exception>
    /// <exception cref="ModelException">
    /// A model of the options does not fit the memory budget, or has the name of one of the data folder.
    /// </exception>
    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (_options.Data is { } folder)
        {
            Directory.CreateDirectory(folder);
            _state = _file!.Read();
            foreach ((string name, RolloutState rollout) in _state.Models)
            {
                Add(new ServedModel(name, isWritable: true, rollout, Save, NoteFailure, _time));
            }
        }

        VersionLoader loader = Loader;
        foreach ((string name, string path) in _options.Models)
        {
            if (_models.ContainsKey(name))
            {
                throw ModelException.Exists(
                    $"{ServerOptions.Section}:Models:{name}: expected a name that no model of the data folder has; found "
                    + "one that has it. Give the file another name, or take the model out of the data folder first.");
            }

            var model = new ServedModel(name, isWritable: false, new RolloutState(), Save, NoteFailure, _time);
            Add(model);
            await Task.Run(() => model.OpenFile(FileVersion, path, loader), cancellation).ConfigureAwait(false);
        }

        foreach (ServedModel model in Models.Where(one => one.IsWritable))
        {
            await model.OpenAsync(loader, version => StoreFolder(model.Name, version), cancellation)
                .ConfigureAwait(false);
        }

        IsOpen = true;
    }

    private string StoreFolder(string model, string version)
        => Path.Combine(_options.Data!, ModelsFolder, model, version);

    private void Add(ServedModel model)
    {
        lock (_lock)
        {
            _models = _models.Add(model.Name, model);
        }
    }

    private void NoteFailure(ServedModel model, ModelVersion version, Exception error)
        => LogVersionFailed(error, model.Name, version.Name);

    [LoggerMessage(EventId = 101, Level = LogLevel.Error, Message = "Version {Model}@{Version} cannot be served.")]
    private partial void LogVersionFailed(Exception error, string model, string version);
}
