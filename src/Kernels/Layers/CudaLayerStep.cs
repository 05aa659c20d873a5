using System.Runtime.InteropServices;

namespace Linr.Kernels.Layers;

/// <summary>A step as the kernel reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CudaLayerStep
{
    public ulong Weight;
    public ulong Bias;
    public double Epsilon;
    public float Factor;
    public LayerOp Op;
    public LayerOp Curve;
    public uint IsSequence;
    public uint Width;
    public uint InWidth;
    public uint Source;
    public uint Count;
    public View Input;
    public View Output;
    public View Shares;
    public View Key;
    public View Value;
    public uint Distances;

    /// <summary>
    /// Where rows stand in the memory of a tile: at <paramref name="Offset"/> * samples + row *
    /// <paramref name="Stride"/> + <paramref name="Column"/>, in floats.
    /// </summary>
    internal readonly record struct View(uint Offset, uint Column, uint Stride);
}
