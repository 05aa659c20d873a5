namespace Linr.Cuda;

/// <summary>How the rows of a tile lie in a box of a <see cref="CudaTensorMap"/>.</summary>
/// <param name="Rows">Rows of a tile, a multiple of the other two's product.</param>
/// <param name="Stretches">Stretches of as many rows each that take turns.</param>
/// <param name="Together">Rows of a stretch at a time.</param>
public readonly record struct CudaTensorTile(int Rows, int Stretches, int Together);
