"""Form fields in our look."""

import re

from django import forms
from django.template import Context, Template


class Form(forms.Form):
    some = forms.MultipleChoiceField(
        label="By these",
        choices=[("a", "Apples"), ("b", "Bananas")],
        widget=forms.CheckboxSelectMultiple,
        help_text="x",
    )


def shown(form: forms.Form) -> str:
    return Template("{% load fields %}{% fields form %}").render(Context({"form": form}))


def test_several_boxes_stand_under_one_name_each_with_its_label() -> None:
    html = shown(Form({"some": ["b"]}))
    assert html.count('role="group" aria-labelledby="id_some_label"') == html.count('id="id_some_label"') == 1
    for name, box in (("Apples", "id_some_0"), ("Bananas", "id_some_1")):
        assert re.search(f'<label[^>]*for="{box}">{name}', html)
    (checked,) = re.findall(r"<input[^>]*checked[^>]*>", html)
    assert 'class="form-check-input"' in checked
    assert 'value="b"' in checked
