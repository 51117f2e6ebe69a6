"""SQL templates: one file holds the whole statement, and a question gets the lines that it needs.

A directive is a comment on a line of its own, so that a template is read, and highlighted, as SQL:

-- when: NAME     the lines up to `otherwise` or `end` only if the condition of this name is true
-- otherwise      the lines up to `end` if it is not
-- end
-- put: NAME      the text of this name, indented like the line

Jinja would do the same; it takes 15 ms to import, a tenth of a question on the command line.
"""

import re
from collections.abc import Iterator, Mapping

_DIRECTIVE = re.compile(r"( *)-- (when|put|otherwise|end)(?:: (\w+))?")


def rendered(template: str, conditions: Mapping[str, bool], texts: Mapping[str, str]) -> str:
    """The statement for one question. Raises KeyError for a name that is not given."""
    return "\n".join(_lines(template, conditions, texts)) + "\n"


def _lines(
    template: str, conditions: Mapping[str, bool], texts: Mapping[str, str]
) -> Iterator[str]:
    kept = [True]  # of each `when` around the line: whether its lines are kept
    for line in template.strip("\n").split("\n"):
        found = _DIRECTIVE.fullmatch(line)
        if found is None:
            if all(kept):
                yield line
            continue
        indent, word, name = found.groups()
        if word == "when":
            kept.append(conditions[name])
        elif word == "otherwise":
            kept.append(not kept.pop())
        elif word == "end":
            kept.pop()
        elif all(kept):
            yield from (indent + each if each else each for each in texts[name].split("\n"))
