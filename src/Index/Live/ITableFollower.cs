namespace Linr.Index.Live;

/// <summary>A copy of a live table elsewhere, such as on a device, that comes along with each set of changes.</summary>
internal interface ITableFollower
{
    /// <summary>Makes the copy of the state that there is before any change; called once.</summary>
    /// <param name="view">The state.</param>
    /// <returns>What a reader of the view needs of the copy; disposed when nobody reads it any more.</returns>
    IDisposable Begin(TableView view);

    /// <summary>Brings the copy along; where it throws the changes are not made.</summary>
    /// <param name="before">The state that was followed last.</param>
    /// <param name="after">The next one, which nobody reads yet.</param>
    /// <param name="rows">Rows that were filled and become live, and rows that no longer are.</param>
    /// <returns>As <see cref="Begin"/>.</returns>
    IDisposable Follow(TableView before, TableView after, IReadOnlyCollection<(uint Row, bool IsLive)> rows);
}
