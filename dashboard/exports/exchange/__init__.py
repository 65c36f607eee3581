"""Numbers for other systems: DHIS2 data value sets, IHE ADX, FHIR measure reports. One file a format, all of them pure."""
