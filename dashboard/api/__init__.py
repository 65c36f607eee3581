"""The REST interface: what pages show and take, for programs, with tokens; described by openapi.json."""
