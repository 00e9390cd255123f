"""Renders volumes with VTK's software ray caster, as a JSON document tells it.

    xvfb-run -a python3 render.py jobs.json

jobs.json is a list of {volume, pictures}. `volume` is {file, shape, spacing, origin}: float32 samples, little endian, x fastest;
`origin` is the centre of the first voxel. Each of `pictures` is

    {out, width, height, background: [r, g, b], sampleDistance, unitDistance,
     camera: {eye, target, up, fov}, points: [{x, color: [r, g, b], opacity}], shading: null or {ambient, diffuse, specular, power}}

and becomes two files: `out`.png, VTK's window, and `out`.rgba16, what the ray caster gave it to show: width·height·4 numbers
of 16 bits, little endian, row 0 at the bottom; colours times their opacity, and the opacity, 32767 being 1. Lengths are in
one unit throughout, x is a value of the samples, colours are display colours. Needs VTK with its OpenGL rendering (only to
show what the ray caster made on the CPU) and an X server.
"""

import ctypes
import json
import sys

# Importing these two makes VTK's factories find them.
import vtkmodules.vtkRenderingOpenGL2  # noqa: F401
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkIOImage import vtkImageReader2, vtkPNGWriter
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkLight,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
    vtkWindowToImageFilter,
)
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper


def read_volume(volume):
    """The samples as image data."""
    reader = vtkImageReader2()
    reader.SetFileName(volume["file"])
    reader.SetFileDimensionality(3)
    reader.SetDataScalarTypeToFloat()
    reader.SetDataByteOrderToLittleEndian()
    reader.FileLowerLeftOn()  # rows in the order of y
    reader.SetDataExtent([bound for n in volume["shape"] for bound in (0, n - 1)])
    reader.SetDataSpacing(volume["spacing"])
    reader.SetDataOrigin(volume["origin"])
    reader.Update()
    return reader.GetOutput()


def volume_property(picture):
    """Transfer functions and shading."""
    color, opacity = vtkColorTransferFunction(), vtkPiecewiseFunction()
    for point in picture["points"]:
        color.AddRGBPoint(point["x"], *point["color"])
        opacity.AddPoint(point["x"], point["opacity"])
    of_volume = vtkVolumeProperty()
    of_volume.SetColor(color)
    of_volume.SetScalarOpacity(opacity)
    of_volume.SetScalarOpacityUnitDistance(picture["unitDistance"])
    of_volume.SetInterpolationTypeToLinear()
    shading = picture["shading"]
    if shading is None:
        of_volume.ShadeOff()
    else:
        of_volume.ShadeOn()
        of_volume.SetAmbient(shading["ambient"])
        of_volume.SetDiffuse(shading["diffuse"])
        of_volume.SetSpecular(shading["specular"])
        of_volume.SetSpecularPower(shading["power"])
    return of_volume


def ray_caster(samples, distance):
    """The fixed-point ray caster with exactly the step that was asked for, whatever time it takes."""
    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.SetInputData(samples)
    mapper.AutoAdjustSampleDistancesOff()
    mapper.LockSampleDistanceToInputSpacingOff()
    mapper.IntermixIntersectingGeometryOff()
    mapper.SetImageSampleDistance(1)
    mapper.SetSampleDistance(distance)
    mapper.SetInteractiveSampleDistance(distance)
    return mapper


def cast_image(mapper, width, height):
    """The ray caster's own image, which covers the volume's part of the window, in a picture of the window's size."""
    image = mapper.GetRayCastImage()
    (across, down), (stride, rows), (left, bottom) = (
        image.GetImageInUseSize(),
        image.GetImageMemorySize(),
        image.GetImageOrigin(),
    )
    # VTK gives Python the address as text: _00007f…_p_void.
    pixels = ctypes.string_at(int(image.GetImage().split("_")[1], 16), stride * rows * 8)
    whole = bytearray(width * height * 8)
    for row in range(down):
        line = pixels[row * stride * 8 :][: across * 8]
        start = ((bottom + row) * width + left) * 8
        whole[start : start + len(line)] = line
    return whole


def headlight():
    """VTK's own light, but for its ambient colour: that is black, and with it the property's ambient does nothing."""
    light = vtkLight()
    light.SetLightTypeToHeadlight()
    light.SetAmbientColor(1, 1, 1)
    return light


def render(samples, picture):
    mapper = ray_caster(samples, picture["sampleDistance"])
    volume = vtkVolume()
    volume.SetMapper(mapper)
    volume.SetProperty(volume_property(picture))

    renderer = vtkRenderer()
    renderer.SetBackground(picture["background"])
    renderer.AddViewProp(volume)
    renderer.AddLight(headlight())
    camera = renderer.GetActiveCamera()
    camera.SetPosition(picture["camera"]["eye"])
    camera.SetFocalPoint(picture["camera"]["target"])
    camera.SetViewUp(picture["camera"]["up"])
    camera.SetViewAngle(picture["camera"]["fov"])  # vertical
    renderer.ResetCameraClippingRange()

    window = vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(picture["width"], picture["height"])
    window.AddRenderer(renderer)
    window.Render()

    shown = vtkWindowToImageFilter()
    shown.SetInput(window)
    shown.SetInputBufferTypeToRGB()
    shown.ReadFrontBufferOff()
    writer = vtkPNGWriter()
    writer.SetInputConnection(shown.GetOutputPort())
    writer.SetFileName(picture["out"] + ".png")
    writer.Write()
    with open(picture["out"] + ".rgba16", "wb") as file:
        file.write(cast_image(mapper, picture["width"], picture["height"]))
    window.Finalize()


def main(path):
    with open(path, encoding="utf-8") as file:
        jobs = json.load(file)
    for job in jobs:
        samples = read_volume(job["volume"])
        for picture in job["pictures"]:
            render(samples, picture)


if __name__ == "__main__":
    main(sys.argv[1])
