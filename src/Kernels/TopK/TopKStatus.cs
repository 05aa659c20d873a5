namespace Linr.Kernels;

/// <summary>What there is to know about the answer of a query.</summary>
public enum TopKStatus : uint
{
    /// <summary>The hits are the answer.</summary>
    Ok,

    /// <summary>The list of survivors was too short for all of them: there are no hits.</summary>
    Overflow,

    /// <summary>
    /// The last hit and the first row left out have the same score and the same item key, so that their ids decide,
    /// which the device does not know.
    /// </summary>
    Ties,
}
