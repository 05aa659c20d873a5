using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.OpenApi;
using V1 = Linr.Protocol.V1;

namespace Linr.Server.Rest.OpenApi;

/// <summary>The document of OpenAPI 3.1, made of the routes and of the contract with its comments.</summary>
internal sealed class ContractDocument
{
    private const string ApiKey = "apiKey";
    private const string Bearer = "bearer";
    private const string Json = "application/json";
    private const string JsonLines = "application/x-ndjson";
    private const string Problem = "Problem";

    private readonly OpenApiDocument _document = new()
    {
        Info = new OpenApiInfo
        {
            Title = "Linr",
            Version = "1",
            Description = "Model-based neural retrieval: searches, items and models. Every call is one of gRPC too.",
            License = new OpenApiLicense { Name = "Apache-2.0", Identifier = "Apache-2.0" },
        },
        Paths = [],
        Components = new OpenApiComponents
        {
            Schemas = new Dictionary<string, IOpenApiSchema>(),
            Responses = new Dictionary<string, IOpenApiResponse>(),
            SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
            {
                [Bearer] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, or a JWT.",
                },
                [ApiKey] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "X-Api-Key",
                },
            },
        },
        Tags = new HashSet<OpenApiTag>(),
    };

    private readonly ContractComments _comments = new();
    private readonly ContractSchemas _schemas;

    private ContractDocument() => _schemas = new ContractSchemas(_document, _comments);

    /// <summary>Makes the document.</summary>
    public static OpenApiDocument Make()
    {
        var making = new ContractDocument();
        making.AddProblem();
        ServiceDescriptor[] services = [V1.Retrieval.Descriptor, V1.Items.Descriptor, V1.Models.Descriptor];
        foreach (ServiceDescriptor service in services)
        {
            making._document.Tags!.Add(new OpenApiTag
            {
                Name = service.Name, Description = making._comments.Find(service),
            });
        }

        foreach (IGrouping<string, RestRoute> path in RestRoutes.All.GroupBy(route => route.Path))
        {
            var item = new OpenApiPathItem();
            foreach (RestRoute route in path)
            {
                item.AddOperation(HttpMethod.Parse(route.Verb), making.Describe(route));
            }

            making._document.Paths.Add(path.Key, item);
        }

        // A server on loopback may ask nobody who he is.
        making._document.Security =
        [
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, making._document)] = [] },
            new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKey, making._document)] = [] },
            [],
        ];
        return making._document;
    }

    private OpenApiOperation Describe(RestRoute route)
    {
        string text = route.Summary ?? _comments.Find(route.Rpc) ?? route.Rpc.Name;
        (string Request, string Answer)? example = RestExamples.Find(route.Name);
        var operation = new OpenApiOperation
        {
            OperationId = route.Name,
            Summary = FirstSentence(text),
            Description = text,
            Tags = new HashSet<OpenApiTagReference> { new(route.Rpc.Service.Name, _document) },
            Parameters =
            [
                .. route.PathParameters.Select(DescribePath),
                .. route.Query.Select(name => DescribeQuery(route, name)),
            ],
            Responses = new OpenApiResponses
            {
                [route.Status.ToString(CultureInfo.InvariantCulture)] = DescribeAnswer(route, example?.Answer),
                ["default"] = new OpenApiResponseReference(Problem, _document),
            },
        };
        if (route.Body is not null)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !route.BodyIsOptional,
                Content = ContentOf(Json, _schemas.OfBody(route), example?.Request),
            };
        }

        return operation;
    }

    private OpenApiResponse DescribeAnswer(RestRoute route, string? example)
    {
        bool hasContent = route.Status != Microsoft.AspNetCore.Http.StatusCodes.Status204NoContent;
        return new OpenApiResponse
        {
            Description = _comments.Find(route.Answer)
                ?? (route.Stream is not null ? "One part a line." : hasContent ? "It is done." : "It is gone."),
            Content = hasContent
                ? ContentOf(route.Stream is null ? Json : JsonLines, _schemas.Of(route.Answer), example) : null,
        };
    }

    private static OpenApiParameter DescribePath(string name) => new()
    {
        Name = name,
        In = ParameterLocation.Path,
        Required = true,
        Description = name switch
        {
            "model" => "A model or an alias; searches and reads may name a version: model@version.",
            "id" => "The item's id, percent-encoded.",
            _ => null,
        },
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    private OpenApiParameter DescribeQuery(RestRoute route, string name)
    {
        FieldDescriptor field = route.QueryTarget(route.Create()).Descriptor.FindFieldByName(name);
        IOpenApiSchema value = _schemas.OfValue(field);
        return new OpenApiParameter
        {
            Name = name,
            In = ParameterLocation.Query,
            Description = _comments.Find(field),
            Style = ParameterStyle.Form,
            Explode = false,
            Schema = field.IsRepeated ? new OpenApiSchema { Type = JsonSchemaType.Array, Items = value } : value,
        };
    }

    private void AddProblem()
    {
        var text = new OpenApiSchema { Type = JsonSchemaType.String };
        _document.Components!.Schemas!.Add(Problem, new OpenApiSchema
        {
            Description = "An error, as RFC 9457 has it.",
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "type", "title", "status", "detail" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["type"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String, Description = "What kind it is: urn:linr:invalid-argument, say.",
                },
                ["title"] = text,
                ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
                ["detail"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String, Description = "What was expected and what was found.",
                },
                ["problems"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Description = "Every field that is wrong.",
                    Items = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "field", "message" },
                        Properties = new Dictionary<string, IOpenApiSchema> { ["field"] = text, ["message"] = text },
                    },
                },
            },
        });
        _document.Components.Responses!.Add(Problem, new OpenApiResponse
        {
            Description = "What is wrong: 400 the request, 404 no such thing, 409 not in this state, 413 and 415 the "
                + "body, 429 too much and 503 not now (with Retry-After), 504 too late.",
            Content = ContentOf(
                RestProblem.ContentType, new OpenApiSchemaReference(Problem, _document), RestExamples.Problem),
        });
    }

    private static Dictionary<string, OpenApiMediaType> ContentOf(
        string type, IOpenApiSchema schema, string? example) => new()
    {
        [type] = new OpenApiMediaType { Schema = schema, Example = example is null ? null : JsonNode.Parse(example) },
    };

    private static string FirstSentence(string text)
    {
        int end = text.AsSpan().IndexOfAny('.', ';', ':');
        return end < 0 ? text : text[..end];
    }
}
