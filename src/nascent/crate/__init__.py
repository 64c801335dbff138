"""A study as an RO-Crate: one folder or zip file that an archive can take, with what made it.

It follows the profile Workflow Run Crate 0.5 (https://w3id.org/ro/wfrun/workflow/0.5) on RO-Crate
1.1. `contents` says which files are packed, `entities` describes them and the run,
`build` writes the crate.
"""
