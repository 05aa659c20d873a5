using Linr.Index.Live;

namespace Linr.Engine.Live;

/// <summary>The nearest items of a view: [queries][rows and their scores], the best first.</summary>
/// <param name="view">The items.</param>
/// <param name="embedding">What is compared.</param>
/// <param name="queries">What they are near to.</param>
/// <param name="k">So many of each at most.</param>
internal delegate (uint Row, float Score)[][] NearestItems(
    TableView view, string embedding, IReadOnlyList<ReadOnlyMemory<float>> queries, int k);
