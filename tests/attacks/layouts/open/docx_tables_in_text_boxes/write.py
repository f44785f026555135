"""A Word file whose tables 3 and 4 stand in text boxes, once for new and once for old programs."""

import forms
import ooxml


def expect(v):
    return forms.expectation(
        v,
        "table 3 in a text box with its fallback (the same thing twice in the file, once on the page), table 4 in an old VML box",
        files=["report.docx"],
    )


def write(folder, v):
    t3, t4 = ooxml.word_table(forms.grid3(v)), ooxml.word_table(forms.grid4(v))

    def vml(t, h=680):
        return f'<w:pict><v:shape style="width:460pt;height:{h}pt"><v:textbox><w:txbxContent>{t}<w:p/></w:txbxContent></v:textbox></v:shape></w:pict>'

    new = (
        '<w:drawing><wp:inline><wp:extent cx="5840000" cy="8600000"/><wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">'
        f'<wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="5840000" cy="8600000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></wps:spPr><wps:txbx><w:txbxContent>{t3}<w:p/></w:txbxContent></wps:txbx><wps:bodyPr><a:spAutoFit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing>'
    )
    box3 = f'<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wps">{new}</mc:Choice><mc:Fallback>{vml(t3)}</mc:Fallback></mc:AlternateContent></w:r></w:p>'
    body = ooxml.word_body(
        ooxml.word_table(forms.grid2(v)), box3, f"<w:p><w:r>{vml(t4, 120)}</w:r></w:p>"
    )
    ooxml.word_file(folder / "report.docx", body)
