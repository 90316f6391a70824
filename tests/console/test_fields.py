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


def test_several_boxes_stand_under_one_legend_each_with_its_label() -> None:
    html = shown(Form({"some": ["b"]}))
    assert html.count("<fieldset") == html.count("<legend") == 1
    for name, box in (("Apples", "id_some_0"), ("Bananas", "id_some_1")):
        assert re.search(f'<label[^>]*for="{box}">{name}', html)
    (checked,) = re.findall(r"<input[^>]*checked[^>]*>", html)
    assert 'class="form-check-input"' in checked
    assert 'value="b"' in checked


def test_what_is_wrong_with_them_is_tied_to_them() -> None:
    html = shown(Form({"some": ["c"]}))
    assert 'aria-describedby="id_some_help id_some_error"' in html
    assert 'id="id_some_error"' in html
