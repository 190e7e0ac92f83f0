"""Checks Kubernetes objects against the API's own schemas, and prints what is wrong as JSON: [[object, error], ...].

    python kubernetes-validate.py VERSION CRD.yaml ... < objects.json

Unknown fields are errors. Kinds that Kubernetes does not have are looked for in the CustomResourceDefinitions.
"""

import json
import sys

import jsonschema
import kubernetes_validate
import yaml


def closed(schema):
    """The schema without room for fields that it does not name, as the API server prunes them."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items()}
    if str(made.get("pattern", "")).startswith("^(?i)"):
        # Go takes flags anywhere, Python at the start only.
        made["pattern"] = "(?i)^" + made["pattern"].removeprefix("^(?i)")
    if made.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    open_ended = made.get("x-kubernetes-preserve-unknown-fields") or "additionalProperties" in made
    if isinstance(made.get("properties"), dict) and made.get("type") == "object" and not open_ended:
        made["additionalProperties"] = False
    return made


def definitions(paths):
    kinds = {}
    for path in paths:
        with open(path) as file:
            for document in yaml.safe_load_all(file):
                if not document or document.get("kind") != "CustomResourceDefinition":
                    continue
                spec = document["spec"]
                for version in spec["versions"]:
                    schema = closed(version["schema"]["openAPIV3Schema"])
                    schema["properties"]["metadata"] = {"type": "object"}
                    kinds[f"{spec['group']}/{version['name']}", spec["names"]["kind"]] = schema
    return kinds


def check(thing, version, custom):
    schema = custom.get((thing["apiVersion"], thing["kind"]))
    if schema is None:
        kubernetes_validate.validate(thing, version, strict=True)
    else:
        jsonschema.validate(thing, schema)


def main(version, *crds):
    custom = definitions(crds)
    wrong = []
    for thing in json.load(sys.stdin):
        try:
            check(thing, version, custom)
        except (jsonschema.ValidationError, kubernetes_validate.ValidationError) as error:
            place = ".".join(map(str, error.path))
            wrong.append([f"{thing['kind']} {thing['metadata']['name']}", f"{place}: {error.message}"])
        except kubernetes_validate.SchemaNotFoundError as error:
            wrong.append([f"{thing['kind']} {thing['metadata']['name']}", error.message])
    json.dump(wrong, sys.stdout)


main(*sys.argv[1:])
