"""Runs libcovebods over a file, in an environment of its own: it is under the AGPL and no part of the package. PYTHON bods_judge.py FILE.

Prints a list of everything that the schema and the rules of the standard object to. One rule asks org-id.guide for its list of schemes; the
schemes that the tests use are given here instead, so that no network is needed.
"""

import json
import sys
from importlib import import_module

ORG_IDS = ["DK-CVR", "FI-PRO", "FR-RCS", "GB-COH", "JP-JCN", "MX-RFC", "SK-ORSR", "US-SEC", "XI-LEI"]


def main(path: str) -> None:
    vars(import_module("libcove2.common"))["get_orgids_prefixes"] = lambda: ORG_IDS
    reader = import_module("libcovebods.data_reader").DataReader(path)
    config = import_module("libcovebods.config").LibCoveBODSConfig()
    schema = import_module("libcovebods.schema").SchemaBODS(reader, config)
    validator = import_module("libcovebods.jsonschemavalidate").JSONSchemaValidator(schema)
    found = [fault.json() for fault in validator.validate(reader)]
    found += import_module("libcovebods.run_tasks").process_additional_checks(reader, config, schema)["additional_checks"]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
