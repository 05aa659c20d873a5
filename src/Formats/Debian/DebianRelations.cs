namespace Linr.Formats;

/// <summary>Which packages the source packages depend on.</summary>
internal sealed class DebianRelations
{
    private readonly IReadOnlyList<DebianPackage> _inOrder;
    private readonly Dictionary<string, DebianPackage> _packages;
    private readonly Dictionary<string, DebianPackage?> _virtual = [];

    public DebianRelations(IReadOnlyList<DebianPackage> packages)
    {
        _inOrder = packages;
        _packages = packages.ToDictionary(package => package.Name);
        foreach (DebianPackage package in packages)
        {
            foreach (string name in package.Provides.Distinct())
            {
                // Several providers: the name does not say which package is meant.
                _virtual[name] = _virtual.ContainsKey(name) ? null : package;
            }
        }
    }

    /// <summary>
    /// An interaction for each source package and each package that a binary package of it depends on, once, sources in
    /// the order of their first binary package, dependencies in the order in which they are named. Of alternatives the
    /// first known one counts; packages of the same source and unknown ones do not.
    /// </summary>
    public IEnumerable<Interaction> Interactions()
    {
        foreach (IGrouping<string, DebianPackage> source in _inOrder.GroupBy(package => package.Source))
        {
            IEnumerable<string> targets = source
                .SelectMany(package => package.Depends)
                .Select(Resolve)
                .OfType<DebianPackage>()
                .Where(target => target.Source != source.Key)
                .Select(target => target.Name)
                .Distinct();
            foreach (string target in targets)
            {
                yield return new Interaction(source.Key, target);
            }
        }
    }

    private DebianPackage? Resolve(string relation)
    {
        foreach (string alternative in relation.Split('|', StringSplitOptions.TrimEntries))
        {
            string name = DebianPackage.NameOf(alternative);
            if (_packages.TryGetValue(name, out DebianPackage? package)
                || (_virtual.TryGetValue(name, out package) && package is not null))
            {
                return package;
            }
        }

        return null;
    }
}
