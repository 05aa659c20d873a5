using Linr.Engine.Store;
using Linr.Server.Security;

namespace Linr.Server.Models;

/// <content>Models, versions and aliases that come and go.</content>
internal sealed partial class ModelCatalogue
{
    /// <summary>
    /// Loads a model file as a version, in the background: a model that is not there begins with it; of one that is
    /// there its items are embedded anew, and it follows their changes.
    /// </summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version, which is not there yet, or not loaded.</param>
    /// <param name="file">
    /// The model file, below <see cref="Options.ServerOptions.Files"/>; empty: what is on the disk of that version.
    /// </param>
    /// <param name="promotes">Whether it becomes live once it is ready; the first always does.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="ModelException">It cannot be loaded; nothing was changed.</exception>
    public ModelVersion Load(string name, string version, string file, bool promotes, Caller caller)
    {
        ModelName.Check("model", name);
        ModelName.Check("version", version);
        caller.Check(Scopes.Admin, name);
        if (_options.Data is null)
        {
            throw ModelException.NotNow("Expected a server with a data folder to load models into; found one without.");
        }

        string? path = file.Length == 0 ? null : ModelFilePath(file);
        lock (_lock)
        {
            if (_state.Aliases.ContainsKey(name))
            {
                throw ModelException.Exists($"model: expected a name that is no alias; found \"{name}\", which is one.");
            }

            if (!_models.TryGetValue(name, out ServedModel? model))
            {
                model = new ServedModel(name, isWritable: true, new RolloutState(), Save, NoteFailure, _time);
                _models = _models.Add(name, model);
            }

            return model.Load(version, StoreFolder(name, version), path, promotes, Loader, _stop.Token);
        }
    }

    /// <summary>Closes a version that nothing routes to.</summary>
    /// <param name="name">The model.</param>
    /// <param name="version">The version.</param>
    /// <param name="deletes">Whether its files go too.</param>
    /// <param name="caller">Who asks.</param>
    /// <exception cref="ModelException">There is none, or a rollout names it.</exception>
    public async Task<ServedModel> UnloadAsync(string name, string version, bool deletes, Caller caller)
    {
        ServedModel model = Find(name, caller, Scopes.Admin);
        await model.UnloadAsync(version, deletes).ConfigureAwait(false);
        Memory.Give($"{model.Name}@{version}");
        if (deletes)
        {
            DeleteFolder(StoreFolder(model.Name, version));
        }

        return model;
    }

    /// <summary>Removes a model with all of its versions.</summary>
    /// <exception cref="ModelException">There is none, or an alias names it, or the server was started with it.</exception>
    public async Task DeleteAsync(string name, Caller caller)
    {
        ServedModel model = Find(name, caller, Scopes.Admin);
        if (!model.IsWritable)
        {
            throw ModelException.NotNow(
                $"model: expected one of the data folder; found \"{name}\", which the server was started with.");
        }

        lock (_lock)
        {
            if (_state.Aliases.Where(one => one.Value == model.Name).Select(one => one.Key).FirstOrDefault() is { } alias)
            {
                throw ModelException.NotNow(
                    $"model: expected one that no alias names; found \"{model.Name}\", which {alias} names.");
            }

            Keep(_state with { Models = _state.Models.Remove(model.Name) });
            _models = _models.Remove(model.Name);
        }

        await model.DisposeAsync().ConfigureAwait(false);
        foreach (ModelVersion version in model.Versions)
        {
            Memory.Give($"{model.Name}@{version.Name}");
        }

        DeleteFolder(Path.Combine(_options.Data!, ModelsFolder, model.Name));
    }

    /// <summary>Has an alias name a model, at once for all requests.</summary>
    /// <exception cref="ModelException">There is no such model, or the alias is the name of one.</exception>
    public void SetAlias(string alias, string model, Caller caller)
    {
        ModelName.Check("alias", alias);
        ServedModel named = Find(model, caller, Scopes.Admin);
        lock (_lock)
        {
            if (_models.ContainsKey(alias))
            {
                throw ModelException.Exists($"alias: expected a name that no model has; found \"{alias}\".");
            }

            if (_state.Aliases.TryGetValue(alias, out string? before))
            {
                caller.Check(Scopes.Admin, before);
            }

            Keep(_state with { Aliases = _state.Aliases.SetItem(alias, named.Name) });
        }
    }

    /// <summary>Removes an alias.</summary>
    /// <exception cref="ModelException">There is none.</exception>
    public void DeleteAlias(string alias, Caller caller)
    {
        lock (_lock)
        {
            if (!_state.Aliases.TryGetValue(alias, out string? model))
            {
                throw ModelException.NotFound($"alias: expected one that there is; found \"{alias}\".");
            }

            caller.Check(Scopes.Admin, model);
            Keep(_state with { Aliases = _state.Aliases.Remove(alias) });
        }
    }

    /// <summary>Writes a snapshot of a version, while it serves.</summary>
    /// <exception cref="ModelException">There is no such version, or it has no store.</exception>
    public async Task<StoreSnapshot> SnapshotAsync(
        string name, string version, Caller caller, CancellationToken cancellation)
    {
        ServedModel model = Find(name, caller, Scopes.Admin);
        ModelVersion found = version.Length == 0 ? model.Live : model.Find(version);
        IndexStore store = found.Store ?? throw ModelException.NotNow(
            $"Version {model.Name}@{found.Name}: expected one that is kept in a data folder; found a model file.");
        return await Task.Run(() => store.Snapshot(cancellation), cancellation).ConfigureAwait(false);
    }

    /// <summary>The model file that a caller names; never one outside of the folder that the server was given.</summary>
    private string ModelFilePath(string file)
    {
        string folder = _options.Files ?? throw ModelException.NotNow(
            "Expected a server with a folder of model files (Files) to load from; found one without.");
        string root = Path.GetFullPath(folder) + Path.DirectorySeparatorChar;
        string path = Path.GetFullPath(Path.Combine(root, file));
        return path.StartsWith(root, StringComparison.Ordinal) && File.Exists(path)
            ? path
            : throw ModelException.NotFound(
                $"file: expected a model file below the server's folder of model files; found \"{file}\".");
    }

    private static void DeleteFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
