using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.VectorData;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace Linr.VectorData;

/// <summary>Makes the model of a record, and refuses what cannot be kept.</summary>
internal sealed class RecordModelBuilder() : CollectionModelBuilder(new CollectionModelBuildingOptions
{
    RequiresAtLeastOneVector = false, SupportsMultipleVectors = true,
})
{
    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (!KeyMap.Has(keyProperty.Type))
        {
            throw new NotSupportedException(
                $"Key '{keyProperty.ModelName}': expected one of the types {KeyMap.Names}; found {keyProperty.Type.Name}.");
        }
    }

    protected override void ValidateProperty(PropertyModel propertyModel, VectorStoreCollectionDefinition? definition)
    {
        base.ValidateProperty(propertyModel, definition);
        if (propertyModel is not VectorPropertyModel vector)
        {
            return;
        }

        if (DistanceMap.Find(vector.DistanceFunction) is null)
        {
            throw new NotSupportedException(
                $"Vector '{vector.ModelName}': expected one of the distance functions {DistanceMap.Names}; "
                + $"found {vector.DistanceFunction}.");
        }

        if (vector.IndexKind is not (null or IndexKind.Flat or IndexKind.QuantizedFlat))
        {
            throw new NotSupportedException(
                $"Vector '{vector.ModelName}': expected the index kind {IndexKind.Flat} or {IndexKind.QuantizedFlat}, as "
                + $"every vector is looked at; found {vector.IndexKind}.");
        }
    }

    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = ScalarMaps.Names;
        return DataMap.Has(type);
    }

    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = VectorMap.Names;
        return VectorMap.IsVector(type);
    }
}
