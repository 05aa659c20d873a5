using System.Diagnostics;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Linr.Server.Rest.Json;
using Microsoft.OpenApi;
using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace Linr.Server.Rest.OpenApi;

/// <summary>
/// The schemas of messages, as <see cref="MessageReader"/> reads and <see cref="MessageWriter"/> writes them.
/// </summary>
/// <param name="document">The document that they are part of.</param>
/// <param name="comments">What describes them.</param>
internal sealed class ContractSchemas(OpenApiDocument document, ContractComments comments)
{
    private const string Int32 = "int32";
    private const string Int64 = "int64";

    // Fields that some path fills are in no body.
    private readonly HashSet<string> _elsewhere =
    [
        .. RestRoutes.All.Where(route => route.BodyName is null).SelectMany(route => route.Elsewhere)
            .Select(field => field.FullName),
    ];

    private readonly HashSet<string> _asked = FindAsked();

    /// <summary>A reference to the schema of a message, which is added where it is not there yet.</summary>
    public IOpenApiSchema Of(MessageDescriptor message)
        => message.FullName == Timestamp.Descriptor.FullName
            ? new OpenApiSchema { Type = JsonSchemaType.String, Format = "date-time" }
            : Of(message, message.Name, _elsewhere);

    /// <summary>The schema of the body of a route.</summary>
    public IOpenApiSchema OfBody(RestRoute route)
    {
        MessageDescriptor message = route.Body!(route.Create()).Descriptor;
        return route.BodyName is { } name
            ? Of(message, name, [.. _elsewhere, .. route.Elsewhere.Select(field => field.FullName)]) : Of(message);
    }

    /// <summary>The schema of a field that is not a list.</summary>
    public IOpenApiSchema OfValue(FieldDescriptor field) => field.FieldType switch
    {
        ProtoType.Message => Of(field.MessageType),
        ProtoType.Enum => new OpenApiSchema
        {
            Type = JsonSchemaType.String,
            Enum = [.. EnumWords.Of(field.EnumType).All.Select(word => (JsonNode)word)],
        },
        ProtoType.String when RawJson.Holds(field) => new OpenApiSchema { Type = JsonSchemaType.Object },
        ProtoType.String => new OpenApiSchema { Type = JsonSchemaType.String },
        ProtoType.Bool => new OpenApiSchema { Type = JsonSchemaType.Boolean },
        ProtoType.Int32 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = Int32 },
        ProtoType.Int64 => new OpenApiSchema { Type = JsonSchemaType.Integer, Format = Int64 },
        ProtoType.Float => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "float" },
        ProtoType.Double => new OpenApiSchema { Type = JsonSchemaType.Number, Format = "double" },
        _ => throw new UnreachableException($"{field.FullName} is of a type that REST does not know."),
    };

    private OpenApiSchemaReference Of(MessageDescriptor message, string name, HashSet<string> elsewhere)
    {
        IDictionary<string, IOpenApiSchema> schemas = document.Components!.Schemas!;
        if (!schemas.ContainsKey(name))
        {
            // Messages may hold themselves: the name is there before its fields are.
            var schema = new OpenApiSchema { Description = comments.Find(message) };
            schemas.Add(name, schema);
            if (!ContractValueSchemas.TryFill(schema, message, this))
            {
                FillObject(schema, message, elsewhere);
            }
        }

        return new OpenApiSchemaReference(name, document);
    }

    /// <summary>Makes a schema that of an object with a message's fields.</summary>
    public void FillObject(OpenApiSchema schema, MessageDescriptor message)
        => FillObject(schema, message, _elsewhere);

    private void FillObject(OpenApiSchema schema, MessageDescriptor message, HashSet<string> elsewhere)
    {
        FieldDescriptor[] fields =
            [.. message.Fields.InDeclarationOrder().Where(field => !elsewhere.Contains(field.FullName))];
        bool isAsked = _asked.Contains(message.FullName);
        schema.Type = JsonSchemaType.Object;
        schema.Properties = fields.ToDictionary(field => field.Name, OfField);
        if (isAsked)
        {
            schema.AdditionalPropertiesAllowed = false;
        }
        else
        {
            schema.Required = fields.Where(MessageWriter.IsAlways).Select(field => field.Name).ToHashSet();
        }

        foreach (OneofDescriptor forms in message.Oneofs.Where(one => !one.IsSynthetic))
        {
            schema.OneOf =
            [
                .. forms.Fields.Select(field => new OpenApiSchema { Required = new HashSet<string> { field.Name } }),
            ];
        }
    }

    private IOpenApiSchema OfField(FieldDescriptor field)
    {
        IOpenApiSchema schema = field switch
        {
            { IsMap: true } => new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                AdditionalProperties = OfValue(field.MessageType.FindFieldByNumber(2)),
            },
            { IsRepeated: true } => new OpenApiSchema { Type = JsonSchemaType.Array, Items = OfValue(field) },
            _ => OfValue(field),
        };
        switch (schema)
        {
            case OpenApiSchema own:
                own.Description = comments.Find(field);
                break;
            case OpenApiSchemaReference reference when comments.Find(field) is { } comment:
                reference.Description = comment;
                break;
        }

        return schema;
    }

    // The messages that callers send, and all that these hold.
    private static HashSet<string> FindAsked()
    {
        var asked = new HashSet<string>();
        foreach (RestRoute route in RestRoutes.All)
        {
            if (route.Body is { } body)
            {
                Add(body(route.Create()).Descriptor);
            }
        }

        return asked;

        void Add(MessageDescriptor message)
        {
            if (asked.Add(message.FullName))
            {
                foreach (FieldDescriptor field in message.Fields.InDeclarationOrder())
                {
                    if (field.FieldType == ProtoType.Message)
                    {
                        Add(field.MessageType);
                    }
                }
            }
        }
    }
}
